#include "json/output_json.hpp"

#include "json/json_writer.hpp"

namespace escher {

std::string output_json(const Run& run, std::string_view output, std::int64_t dropped)
{
    return json_document([&](JsonWriter& json) {
        json.member("job", run.job).member("run", run.id).member("attempt", run.attempt);
        json.member("ended", run.ended_at.has_value()).member("dropped_bytes", dropped).member("output", output);
    });
}

} // namespace escher
