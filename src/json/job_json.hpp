#pragma once

#include "json/json_writer.hpp"

#include <escher/job.hpp>
#include <escher/run.hpp>

#include <span>

namespace escher {

/// What the JSON of a job says beyond the row: derived, and its runs.
struct JobDetails {
    std::string reason; ///< why it is not running, or ended as it did; empty: null
    std::optional<Time> expected_end; ///< estimated from its progress
    std::span<const Run> runs;
    std::optional<std::vector<std::string>> argv = {}; ///< what it executes, as far as that is known
};

/// The members of a job, into the object that is open: documented in escher-cron(1), stable within a major version.
void write_job_members(JsonWriter& json, const Job& job, const JobDetails& details, Time now);

void write_run(JsonWriter& json, const Run& run, Time now);
void write_messages(JsonWriter& json, std::span<const Message> messages);

/// An array of {key, value, at}.
void write_notes(JsonWriter& json, std::span<const Note> notes);

} // namespace escher
