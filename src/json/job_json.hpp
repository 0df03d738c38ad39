#pragma once

#include "app/job_facts.hpp"
#include "app/schedule_standing.hpp"
#include "json/json_writer.hpp"

#include <span>
#include <string>

namespace escher {

// A job has one shape wherever it is shown: documented in escher-cron(1), stable within a major version.

void write_job(JsonWriter& json, const JobFacts& facts, Time now);

/// What `show` prints of one job: the document is the job itself, with its messages and notes.
[[nodiscard]] std::string job_json(const JobSheet& sheet, Time now);

/// What `show` prints of several: {"schema": 1, "jobs": [...]}, each with its messages and notes.
[[nodiscard]] std::string jobs_json(std::span<const JobSheet> sheets, Time now);

/// What `list` and `wait` print: {"schema": 1, "jobs": [...]}. `schedule`: whose jobs they are, a member before them.
[[nodiscard]] std::string jobs_json(std::span<const JobFacts> jobs, Time now,
                                    const std::optional<ScheduleStanding>& schedule = std::nullopt);

} // namespace escher
