#include "json/once_json.hpp"

#include "core/retry.hpp"
#include "core/text.hpp"
#include "json/json_writer.hpp"

namespace escher {

std::string once_json(const TickReport& report, const std::vector<EndedJob>& ended)
{
    JsonWriter json;
    json.begin_object().key("schema").value(1);
    json.key("claimed").value(report.record.claimed);
    json.key("completed").value(report.record.completed);
    json.key("failed").value(report.record.failed);
    json.key("recovered").value(report.record.recovered);
    json.key("pruned").value(report.record.pruned);
    json.key("stopped_by");
    if (report.stopped_by)
        json.value(*report.stopped_by);
    else
        json.null();
    json.key("jobs").begin_array();
    for (const EndedJob& job : ended) {
        json.begin_object();
        json.key("id").value(static_cast<std::int64_t>(job.claim.job.id));
        json.key("token").value(job.claim.job.token);
        json.key("name").value(job.claim.job.name);
        json.key("queue").value(job.claim.job.queue.value_or("default"));
        json.key("state").value(text_of(job.end.next.state));
        json.key("run").value(static_cast<std::int64_t>(job.claim.run));
        json.key("attempt").value(job.claim.attempt);
        json.key("outcome").value(text_of(kind(job.end.outcome)));
        json.key("description").value(describe(job.end.outcome));
        json.key("ended_at").value(job.end.at);
        json.end_object();
    }
    json.end_array().end_object();
    return json.text() + '\n';
}

} // namespace escher
