#pragma once

#include "app/schedule_standing.hpp"
#include "json/json_writer.hpp"

namespace escher {

void write_schedule(JsonWriter& json, const ScheduleSummary& schedule);

} // namespace escher
