#pragma once

#include <escher/run.hpp>
#include <escher/time.hpp>

#include <optional>
#include <string>

namespace escher::os {

[[nodiscard]] Time wall_clock();
[[nodiscard]] std::string boot_id(); ///< empty on a machine without one. Throws Error where it cannot be read
[[nodiscard]] std::string host_name();
[[nodiscard]] int processors(); ///< this process may run on
[[nodiscard]] double load_average(); ///< of one minute. Throws Error
[[nodiscard]] ProcessIdentity own_identity(); ///< throws Error
[[nodiscard]] std::optional<std::string> environment_variable(const std::string& name);

} // namespace escher::os
