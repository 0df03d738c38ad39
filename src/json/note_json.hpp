#pragma once

#include "json/json_writer.hpp"

#include <escher/job.hpp>

namespace escher {

/// {key, value, at}; the value is JSON itself.
void write_note(JsonWriter& json, const Note& note);

} // namespace escher
