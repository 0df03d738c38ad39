#include "cli/steering.hpp"

#include "app/find_job.hpp"
#include "cli/exit_status.hpp"
#include "core/text.hpp"
#include "terminal/escape.hpp"
#include "json/steered_json.hpp"

#include <escher/error.hpp>

namespace escher::cli {

int steer_each(Context& context, Store& store, std::span<const std::string> references, const std::string& verb,
               const std::function<Steered(JobId)>& steer)
{
    // What can be neither an id nor a token is a slip of the hand: nothing is done then.
    std::vector<std::optional<JobId>> jobs;
    for (const std::string& reference : references)
        jobs.push_back(find_job(store, reference));

    bool all_done = true;
    std::vector<SteeredJob> all;
    for (std::size_t at = 0; at < jobs.size(); ++at) {
        const Steered steered =
            jobs[at] ? steer(*jobs[at])
                     : Steered{false, text_of(CancelResult::no_such_job), "there is no job " + references[at]};
        all_done = all_done && steered.done;
        if (steered.done)
            context.console.narrate(escape_for_terminal(steered.narration));
        else
            context.console.complain("cannot " + verb + ": " + steered.narration);
        all.push_back({jobs[at], steered.result});
    }
    if (context.console.json)
        context.console.out(steered_json(all));
    return static_cast<int>(all_done ? ExitStatus::ok : ExitStatus::job_failed);
}

} // namespace escher::cli
