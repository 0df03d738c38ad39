#pragma once

#include "json/json_writer.hpp"

#include <escher/store.hpp>

namespace escher {

/// {queue, since, until, by, reason}; the queue of a pause of every queue is null.
void write_pause(JsonWriter& json, const Pause& pause);

/// What `pause` prints: such a pause, and "paused": true.
[[nodiscard]] std::string pause_json(const Pause& pause);

/// What `resume` prints of `queue`; empty: every queue, null in JSON.
[[nodiscard]] std::string resume_json(std::string_view queue, bool was_paused);

} // namespace escher
