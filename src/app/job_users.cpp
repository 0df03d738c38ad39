#include "app/job_users.hpp"

#include "core/schedule_task.hpp"

#include <fmt/format.h>

#include <set>

namespace escher {

namespace {

/// The section that defines a task; the implicit one of a schedule stands in the schedule itself.
std::string section_of(const std::string& task)
{
    const auto schedule = schedule_of_task(task);
    return schedule ? "[schedule." + *schedule + "]" : "[task." + task + "]";
}

} // namespace

std::vector<JobUser> job_users(const Config& config)
{
    std::vector<JobUser> users;
    std::set<std::string> seen;
    const auto add = [&](const std::string& where, const std::string& name) {
        if (seen.insert(name).second)
            users.push_back({where, name});
    };
    if (config.policies.user)
        add("[run]", *config.policies.user);
    for (const auto& [name, task] : config.policies.tasks)
        if (task.user)
            add(section_of(name), *task.user);
    return users;
}

std::string unknown_user(const JobUser& user)
{
    return fmt::format("{} user '{}' does not exist on this machine", user.where, user.name);
}

std::string unknown_user_fix(const Config& config)
{
    return config.file.empty() ? "correct the name, or create the user"
                               : fmt::format("correct the name in '{}', or create the user", config.file.string());
}

void require_job_users(const Config& config, const std::function<bool(const std::string&)>& exists)
{
    for (const JobUser& user : job_users(config))
        if (!exists(user.name))
            throw Error(ErrorKind::config, unknown_user(user) + ": " + unknown_user_fix(config));
}

} // namespace escher
