#include "json/accept_json.hpp"

#include "core/text.hpp"
#include "json/json_writer.hpp"

namespace escher {

std::string held_jobs_json(std::string_view held, std::span<const HeldJob> jobs)
{
    return json_document([&](JsonWriter& json) {
        json.member_or_null("held", held);
        json.array("jobs", jobs, [&](const HeldJob& held_job) {
            const Job& job = held_job.job;
            json.begin_object().member("id", job.id).member("name", job.name).member("state", text_of(job.state));
            json.member("created_at", job.created_at).member("since", held_job.since).end_object();
        });
    });
}

std::string accepted_json(std::span<const JobId> run, std::span<const JobId> cancelled)
{
    return json_document(
        [&](JsonWriter& json) { json.member("accepted", true).array("run", run).array("cancelled", cancelled); });
}

} // namespace escher
