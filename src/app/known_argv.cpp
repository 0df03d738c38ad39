#include "app/known_argv.hpp"

#include "app/job_text.hpp"
#include "core/task_call.hpp"

namespace escher {

namespace {

/// What the task of a schedule with an argv of its own is called by; no other task's name has a colon.
constexpr std::string_view of_schedule = "schedule:";

} // namespace

std::optional<std::vector<std::string>> known_argv(const Policies& policies, const Work& work)
{
    if (const auto* command = std::get_if<escher::Command>(&work))
        return command->argv;
    try {
        return resolve(policies, work).argv;
    } catch (const RejectedJob&) {
        return std::nullopt;
    }
}

std::string describe_resolved(const Work& work, const std::optional<std::vector<std::string>>& argv)
{
    const auto* call = std::get_if<TaskCall>(&work);
    if (call == nullptr || !call->task.starts_with(of_schedule))
        return describe(work);
    if (argv)
        return describe(Work(escher::Command{*argv}));
    return "the command of schedule '" + call->task.substr(of_schedule.size()) +
           "', which is not in the config any more";
}

} // namespace escher
