#pragma once

#include "cli/context.hpp"
#include "json/json_writer.hpp"

namespace escher::cli {

/// How a schedule stands: its last due time and what became of it, and the next one.
struct ScheduleSummary {
    std::string name;
    bool in_config = false;
    std::optional<Occurrence> last;
    std::optional<Job> last_job; ///< the job that the last due time made, if it is still known
    std::optional<Time> next;
};

/// Throws Error{usage} with a did-you-mean for a name that neither the config nor the database knows.
[[nodiscard]] ScheduleSummary summarize_schedule(Context& context, Store& store, const std::string& name, Time now);

/// "schedule 'nightly': last due ... : created job 17 (completed); next ..."; for people.
[[nodiscard]] std::string describe(Context& context, const ScheduleSummary& schedule, Time now);

void write_schedule(JsonWriter& json, const ScheduleSummary& schedule);

} // namespace escher::cli
