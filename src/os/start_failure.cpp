#include "os/start_failure.hpp"

#include "os/errno_text.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace escher::os {

namespace {

std::string limit_name(int resource)
{
    switch (resource) {
    case RLIMIT_AS:
        return "memory";
    case RLIMIT_CPU:
        return "cpu time";
    case RLIMIT_NOFILE:
        return "open files";
    default:
        return "processes";
    }
}

std::string explain_exec(const LaunchPlan& plan, const LaunchSpec& spec)
{
    const std::string& program = spec.argv.front();
    std::string text = "cannot execute '" + program + "': " + errno_text(plan.error);
    const bool searched = program.find('/') == std::string::npos;
    switch (plan.error) {
    case ENOENT:
        if (searched)
            text += " (searched in PATH " + plan.search_path() + ")";
        else if (program.front() == '/' && ::access(program.c_str(), F_OK) == 0)
            text += "; the file exists, the interpreter that it names does not";
        break;
    case EACCES:
        text += "; is it a file with the permission to execute, in directories that can be entered?";
        break;
    case ENOEXEC:
        text += "; a script must begin with a line like #!/bin/sh";
        break;
    case E2BIG:
        text += "; pass the data on stdin instead";
        break;
    default:
        break;
    }
    return text;
}

/// True if the failure of execve(2) says something of the system at this moment and nothing of the job.
bool passes_with_time(int error, const ResourceLimits& limits)
{
    if (error == EAGAIN)
        return !limits.processes; // else it is the job's own limit that leaves no room for it
    return error == ENOMEM || error == ENFILE || error == EMFILE;
}

bool has_nul(const std::string& text)
{
    return text.find('\0') != std::string::npos;
}

} // namespace

std::string find_fault(const LaunchSpec& spec)
{
    if (spec.argv.empty() || spec.argv.front().empty())
        return "there is no program to execute: the argument list is empty";
    if (std::any_of(spec.argv.begin(), spec.argv.end(), has_nul))
        return "an argument contains a NUL byte, which no program can be given";
    for (const auto& [name, value] : spec.environment)
        if (name.empty() || name.find('=') != std::string::npos || has_nul(name) || has_nul(value))
            return "the environment variable '" + name + "' has a name or a value that no program can be given";
    if (has_nul(spec.directory))
        return "the name of the directory contains a NUL byte";
    return {};
}

StartResult explain_failure(const LaunchPlan& plan, const LaunchSpec& spec, const Account& account)
{
    const std::string reason = errno_text(plan.error);
    const auto not_started = [&](const std::string& text) -> StartResult { return NotStarted{plan.error, text}; };
    switch (plan.failed_step) {
    case ChildStep::exec:
        if (passes_with_time(plan.error, spec.limits))
            return CannotStart{explain_exec(plan, spec) + remedy(plan.error)};
        return not_started(explain_exec(plan, spec));
    case ChildStep::limits:
        return not_started("cannot set the limit of " + limit_name(plan.failed_limit) + ": " + reason +
                           "; only root can raise a limit above the inherited one");
    case ChildStep::nice:
        return not_started("cannot set nice to " + std::to_string(spec.nice) + ": " + reason +
                           "; only root can lower it");
    case ChildStep::directory:
        return not_started("cannot enter the directory '" + std::string(plan.directory) + "': " + reason);
    case ChildStep::groups:
    case ChildStep::group:
    case ChildStep::user:
        if (plan.error == EAGAIN)
            return CannotStart{"cannot become user '" + account.name + "': " + reason + remedy(plan.error)};
        return not_started("cannot become user '" + account.name + "': " + reason);
    case ChildStep::control_group:
        return CannotStart{"cannot enter the control group of the run: " + reason + remedy(plan.error)};
    case ChildStep::record:
        return CannotStart{"cannot note in the lock file what is executed: " + reason + remedy(plan.error)};
    default:
        return CannotStart{"cannot prepare a process: " + reason + remedy(plan.error)};
    }
}

} // namespace escher::os
