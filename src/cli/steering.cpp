#include "cli/steering.hpp"

#include "app/find_job.hpp"
#include "cli/exit_status.hpp"
#include "terminal/escape.hpp"
#include "json/json_writer.hpp"

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
    JsonWriter json;
    json.begin_object().key("schema").value(1).key("jobs").begin_array();
    for (std::size_t at = 0; at < jobs.size(); ++at) {
        const Steered steered =
            jobs[at] ? steer(*jobs[at]) : Steered{false, "no_such_job", "there is no job " + references[at]};
        all_done = all_done && steered.done;
        if (steered.done)
            context.console.narrate(escape_for_terminal(steered.narration));
        else
            context.console.complain("cannot " + verb + ": " + steered.narration);
        json.begin_object().key("id");
        if (jobs[at])
            json.value(static_cast<std::int64_t>(*jobs[at]));
        else
            json.null();
        json.key("result").value(steered.result).end_object();
    }
    json.end_array().end_object();
    if (context.console.json)
        context.console.out(json.text() + "\n");
    return static_cast<int>(all_done ? ExitStatus::ok : ExitStatus::job_failed);
}

} // namespace escher::cli
