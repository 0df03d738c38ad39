#pragma once

#include "core/errno_text.hpp"

namespace escher::os {

using escher::errno_text;
using escher::remedy;

} // namespace escher::os
