#pragma once

#include <string>

namespace escher {

/// The system's words for `error`, without changing errno.
[[nodiscard]] std::string errno_text(int error);

/// What a person can do about `error`, as "; do this", or empty where there is nothing to add.
[[nodiscard]] std::string remedy(int error);

} // namespace escher
