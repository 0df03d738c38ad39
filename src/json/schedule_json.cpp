#include "json/schedule_json.hpp"

#include "core/text.hpp"

namespace escher {

void write_schedule(JsonWriter& json, const ScheduleStanding& schedule)
{
    json.begin_object().member("name", schedule.name).member_or_null("recurrence", schedule.recurrence);
    json.member("in_config", schedule.in_config()).member("enabled", schedule.enabled).key("last");
    if (const auto& last = schedule.last) {
        json.begin_object().member("nominal_at", last->nominal_at).member("result", text_of(last->result));
        json.member_or_null("reason", last->reason).member("job", last->job);
        json.member_or_null("job_state", schedule.last_state ? text_of(*schedule.last_state) : std::string_view());
        json.end_object();
    } else {
        json.null();
    }
    json.member("next", schedule.next).end_object();
}

} // namespace escher
