#include "cli/check/check_programs.hpp"

#include "app/job_users.hpp"
#include "app/status_facts.hpp"
#include "core/cron_health.hpp"
#include "core/duration.hpp"
#include "core/errno_text.hpp"
#include "os/name_service.hpp"
#include "os/program_path.hpp"
#include "os/user.hpp"

#include <fmt/format.h>

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>

namespace escher::cli {

namespace {

bool executable(const std::filesystem::path& path)
{
    struct stat found {};
    return ::stat(path.c_str(), &found) == 0 && S_ISREG(found.st_mode) && ::access(path.c_str(), X_OK) == 0;
}

std::string search_path(const Config& config, const Task& task)
{
    for (const auto* environment : {&task.environment, &config.policies.environment})
        if (const auto found = environment->find("PATH"); found != environment->end())
            return found->second;
    const auto& user = task.user ? task.user : config.policies.user;
    const auto account = user ? os::look_up_user(*user) : os::NameAnswer<passwd>{};
    return os::default_search_path(user && account.found ? account.entry.pw_uid : ::geteuid());
}

void check_user(const Config& config, const JobUser& user, Findings& findings)
{
    const auto answer = os::look_up_user(user.name);
    if (answer.error != 0)
        findings.fail(fmt::format("{} user '{}': cannot look it up: {}{}", user.where, user.name,
                                  errno_text(answer.error), remedy(answer.error)));
    else if (!answer.found)
        findings.fail(unknown_user(user), unknown_user_fix(config));
    else if (::geteuid() != 0 && user.name != os::user_name())
        findings.fail(fmt::format("{} user '{}': only a tick of root can run jobs as another user, this is {}",
                                  user.where, user.name, os::user_name()),
                      "start the tick from root's crontab, or leave the key out");
}

void check_task(const Config& config, const Task& task, Findings& findings)
{
    if (task.argv.empty())
        return;
    const std::string& program = task.argv.front();
    // A parameter may choose the program, and one with a slash that is relative depends on the directory: only a run can tell.
    if (program.find('{') != std::string::npos ||
        (!program.starts_with('/') && program.find('/') != std::string::npos))
        return;
    const auto candidates = os::program_candidates(program, search_path(config, task));
    if (std::any_of(candidates.begin(), candidates.end(), executable))
        return;
    const bool exists = std::any_of(candidates.begin(), candidates.end(),
                                    [](const std::string& path) { return ::access(path.c_str(), F_OK) == 0; });
    findings.fail(fmt::format("task '{}': the program '{}' {}", task.name, program,
                              exists ? "is not an executable file" : "does not exist"),
                  exists && program.starts_with('/') ? fmt::format("chmod +x '{}'", program) : "");
}

bool cron_runs()
{
    // As /proc/PID/comm has it: busybox calls itself what it was started as.
    static constexpr std::array<std::string_view, 4> daemons{"cron", "crond", "fcron", "dcron"};
    std::error_code failed;
    for (const auto& entry : std::filesystem::directory_iterator("/proc", failed)) {
        const std::string name = entry.path().filename().string();
        if (name.empty() || name.find_first_not_of("0123456789") != std::string::npos)
            continue;
        std::ifstream comm(entry.path() / "comm");
        std::string program;
        std::getline(comm, program);
        if (std::find(daemons.begin(), daemons.end(), program) != daemons.end())
            return true;
    }
    return false;
}

} // namespace

void check_programs(const Config& config, Findings& findings)
{
    const std::size_t before = findings.all().size();
    for (const JobUser& user : job_users(config))
        check_user(config, user, findings);
    for (const auto& [name, task] : config.policies.tasks)
        check_task(config, task, findings);
    if (findings.all().size() == before && !config.policies.tasks.empty())
        findings.ok(fmt::format("{} task{}: every program is there", config.policies.tasks.size(),
                                config.policies.tasks.size() == 1 ? "" : "s"));
}

void check_cron(const Config& config, const TickSigns& signs, Time now, const std::string& crontab_line,
                Findings& findings)
{
    const auto& [last_tick, tick_lives] = signs;
    if (last_tick && !last_tick->error.empty())
        findings.warn("the last tick said: " + last_tick->error);
    const auto silence = silence_since(last_tick, now);
    if (tick_lives) {
        findings.ok("a tick is alive");
        return;
    }
    if (!cron_seems_stopped(last_tick, tick_lives, now)) {
        findings.ok(fmt::format("the last tick ended {} ago", describe_duration(silence.value_or(Duration::zero()))));
        return;
    }
    if (silence && !needs_cron(config)) {
        findings.ok(fmt::format("the last tick ended {} ago; jobs start their own", describe_duration(*silence)));
        return;
    }
    const std::string since = describe_silence(last_tick, now);
    if (cron_runs())
        findings.warn(since + "; a cron daemon runs", "put this line into the crontab (crontab -e): " + crontab_line);
    else
        findings.warn(since + "; no cron daemon runs",
                      "apt-get install cron, or enable the systemd timer; then: " + crontab_line);
}

} // namespace escher::cli
