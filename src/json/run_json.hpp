#pragma once

#include "json/json_writer.hpp"

#include <escher/run.hpp>

namespace escher {

/// One attempt at a job, `now` being the end of its duration so far. All of its members are there, whatever became of it.
void write_run(JsonWriter& json, const Run& run, Time now);

} // namespace escher
