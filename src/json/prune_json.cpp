#include "json/prune_json.hpp"

#include "json/json_writer.hpp"

namespace escher {

std::string prune_json(std::span<const JobId> gone, bool dry_run)
{
    return json_document([&](JsonWriter& json) {
        json.member("dry_run", dry_run);
        json.array("jobs", gone, [&](JobId job) { json.value(job); });
    });
}

} // namespace escher
