#pragma once

#include "app/schedule_standing.hpp"
#include "json/json_writer.hpp"

namespace escher {

/// How a schedule stands: {name, recurrence, in_config, enabled, last: null or {nominal_at, result, reason, job,
/// job_state}, next}.
void write_schedule(JsonWriter& json, const ScheduleStanding& schedule);

} // namespace escher
