#include "app/known_argv.hpp"

#include "app/job_text.hpp"
#include "core/schedule_task.hpp"
#include "core/task_call.hpp"

namespace escher {

std::optional<std::vector<std::string>> known_argv(const Policies& policies, const Work& work)
{
    if (const auto* command = std::get_if<Command>(&work))
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
    const auto schedule = call != nullptr ? schedule_of_task(call->task) : std::nullopt;
    if (!schedule)
        return describe(work);
    if (argv)
        return describe(Work(Command{*argv}));
    return "the command of schedule '" + *schedule + "', which is not in the config any more";
}

} // namespace escher
