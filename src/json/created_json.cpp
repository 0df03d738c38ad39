#include "json/created_json.hpp"

#include "json/json_writer.hpp"

namespace escher {

std::string created_json(std::span<const Created> jobs)
{
    return json_document([&](JsonWriter& json) {
        json.array("jobs", jobs, [&](const Created& job) {
            json.begin_object().member("id", job.id).member("token", job.token);
            json.member("existed", job.existed).end_object();
        });
    });
}

} // namespace escher
