#pragma once

#include "config/config.hpp"

#include <functional>
#include <string>
#include <vector>

namespace escher {

/// A user that jobs run as.
struct JobUser {
    std::string where; ///< what in the config names it: "[run]", "[task.mail]"
    std::string name;
};

/// Each user that the config names, once, with the first place that does.
[[nodiscard]] std::vector<JobUser> job_users(const Config& config);

/// "[run] user 'x' does not exist on this machine".
[[nodiscard]] std::string unknown_user(const JobUser& user);

/// How to mend it.
[[nodiscard]] std::string unknown_user_fix(const Config& config);

/// Throws Error{config} for the first that does not exist: a typo would otherwise cost every job its attempts.
/// `exists` is os::user_exists; it is asked once for each name, and not at all where the config names none.
void require_job_users(const Config& config, const std::function<bool(const std::string&)>& exists);

} // namespace escher
