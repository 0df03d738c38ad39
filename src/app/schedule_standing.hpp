#pragma once

#include "app/session.hpp"

namespace escher {

/// How a schedule stands: its last due time and what became of it, and the next one.
struct ScheduleSummary {
    std::string name;
    bool in_config = false;
    std::optional<Occurrence> last;
    std::optional<Job> last_job; ///< the job that the last due time made, if it is still known
    std::optional<Time> next;
};

/// Throws Error{usage} with a did-you-mean for a name that neither the config nor the database knows.
[[nodiscard]] ScheduleSummary summarize_schedule(Session& session, Store& store, const std::string& name, Time now);

} // namespace escher
