#include "json/pause_json.hpp"

namespace escher {

namespace {

void write_members(JsonWriter& json, const Pause& pause)
{
    json.member_or_null("queue", pause.queue).member("since", pause.since).member("until", pause.until);
    json.member_or_null("by", pause.by).member_or_null("reason", pause.reason);
}

} // namespace

void write_pause(JsonWriter& json, const Pause& pause)
{
    json.begin_object();
    write_members(json, pause);
    json.end_object();
}

std::string pause_json(const Pause& pause)
{
    return json_document([&](JsonWriter& json) {
        write_members(json, pause);
        json.member("paused", true);
    });
}

std::string resume_json(std::string_view queue, bool was_paused)
{
    return json_document([&](JsonWriter& json) {
        json.member_or_null("queue", queue).member("paused", false).member("was_paused", was_paused);
    });
}

} // namespace escher
