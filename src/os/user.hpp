#pragma once

#include <string>

namespace escher::os {

[[nodiscard]] std::string user_name(); ///< of the effective user; its number where it has no name. Throws Error
[[nodiscard]] bool user_exists(const std::string& name); ///< true too where the name service fails to tell

} // namespace escher::os
