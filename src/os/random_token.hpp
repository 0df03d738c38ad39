#pragma once

#include <string>

namespace escher::os {

/// 128 random bits as 32 hexadecimal digits, good enough to be a secret. Throws Error where the system has none.
[[nodiscard]] std::string random_token();

} // namespace escher::os
