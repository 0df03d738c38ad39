#include "json/steered_json.hpp"

#include "json/json_writer.hpp"

namespace escher {

std::string steered_json(std::span<const SteeredJob> jobs)
{
    return json_document([&](JsonWriter& json) {
        json.array("jobs", jobs, [&](const SteeredJob& steered) {
            json.begin_object().member("id", steered.job).member("result", steered.result).end_object();
        });
    });
}

} // namespace escher
