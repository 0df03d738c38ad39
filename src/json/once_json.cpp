#include "json/once_json.hpp"

#include "core/retry.hpp"
#include "core/text.hpp"
#include "json/json_writer.hpp"

namespace escher {

std::string once_json(const TickReport& report, const std::vector<EndedJob>& ended)
{
    return json_document([&](JsonWriter& json) {
        json.member("claimed", report.record.claimed).member("completed", report.record.completed);
        json.member("failed", report.record.failed).member("recovered", report.record.recovered);
        json.member("pruned", report.record.pruned).member("stopped_by", report.stopped_by);
        json.array("jobs", ended, [&](const EndedJob& job) {
            const Job& row = job.claim.job;
            json.begin_object().member("id", row.id).member("token", row.token).member("name", row.name);
            json.member("queue", row.queue.value_or("default")).member("state", text_of(job.end.next.state));
            json.member("run", job.claim.run).member("attempt", job.claim.attempt);
            json.member("outcome", text_of(kind(job.end.outcome))).member("description", describe(job.end.outcome));
            json.member("ended_at", job.end.at).end_object();
        });
    });
}

} // namespace escher
