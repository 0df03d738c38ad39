#include "os/launch_plan.hpp"

#include "core/id_text.hpp"
#include "os/program_path.hpp"
#include "os/run_tag.hpp"

#include <algorithm>

namespace escher::os {

namespace {

std::map<std::string, std::string> whole_environment(const LaunchSpec& spec, const Account& account,
                                                     const std::string& instance)
{
    auto environment = spec.environment;
    environment.try_emplace("HOME", account.home);
    environment.try_emplace("USER", account.name);
    environment.try_emplace("LOGNAME", account.name);
    environment.try_emplace("SHELL", account.shell);
    environment.try_emplace("PATH", default_search_path(account.uid));
    // Recovery finds the processes of a run by these two: they are not left to the configuration.
    environment["ESCHER_RUN_ID"] = to_text(spec.run);
    environment["ESCHER_INSTANCE"] = instance;
    return environment;
}

} // namespace

LaunchPlan::LaunchPlan(const LaunchSpec& spec, const Account& account, bool changes_user_,
                       const std::string& instance)
    : nice(spec.nice), umask(static_cast<mode_t>(spec.umask)), changes_user(changes_user_), uid(account.uid),
      gid(account.gid), groups(account.groups.data()), group_count(account.groups.size()),
      directory_(spec.directory.empty() ? account.home : spec.directory)
{
    const auto variables = whole_environment(spec, account, instance);
    search_path_ = variables.at("PATH");
    environment_entries_.reserve(variables.size());
    for (const auto& [name, value] : variables)
        environment_entries_.push_back(name + "=" + value);
    candidates_ = program_candidates(spec.argv.front(), search_path_);

    // execve(2) takes pointers to non-const and changes nothing through them.
    for (const auto& argument : spec.argv)
        argv_.push_back(const_cast<char*>(argument.c_str()));
    argv_.push_back(nullptr);
    for (const auto& entry : environment_entries_)
        environment_.push_back(const_cast<char*>(entry.c_str()));
    environment_.push_back(nullptr);
    for (const auto& candidate : candidates_)
        programs_.push_back(candidate.c_str());
    programs_.push_back(nullptr);
    plan_limits(spec.limits);
    const auto tag = run_tag(spec.run, instance);
    if (tag)
        limits_.push_back({.resource = RLIMIT_RTTIME, .value = *tag});
    execution = ExecutionRecord::prepare(spec.run, instance, tag.has_value());

    argv = argv_.data();
    environment = environment_.data();
    programs = programs_.data();
    limits = limits_.data();
    limit_count = limits_.size();
    directory = directory_.c_str();
    directory_is_default = spec.directory.empty();
}

void LaunchPlan::plan_limits(const ResourceLimits& wanted)
{
    const auto add = [&](int resource, std::uint64_t value) {
        limits_.push_back({.resource = resource, .value = rlimit{.rlim_cur = value, .rlim_max = value}});
    };
    if (wanted.memory_bytes)
        add(RLIMIT_AS, *wanted.memory_bytes);
    if (wanted.cpu_time) {
        const auto seconds = static_cast<std::uint64_t>(wanted.cpu_time->count());
        add(RLIMIT_CPU, seconds);
        // A little later than the soft limit: with both alike the kernel sends KILL at once, and what ended the job
        // would not show.
        constexpr std::uint64_t grace = 5;
        rlimit inherited = {};
        if (::getrlimit(RLIMIT_CPU, &inherited) == 0)
            limits_.back().value.rlim_max =
                std::max<rlim_t>(seconds, std::min<rlim_t>(inherited.rlim_max, seconds + grace));
    }
    if (wanted.open_files)
        add(RLIMIT_NOFILE, *wanted.open_files);
    if (wanted.processes)
        add(RLIMIT_NPROC, *wanted.processes);
}

} // namespace escher::os
