#pragma once

#include "json/json_writer.hpp"

#include <escher/job.hpp>

namespace escher {

/// {run, at, level, text}
void write_message(JsonWriter& json, const Message& message);

} // namespace escher
