#pragma once

#include "app/session.hpp"
#include "app/why.hpp"

#include <escher/store.hpp>

#include <optional>
#include <string>
#include <vector>

namespace escher {

/// A job with its runs and what follows from them: what a list says of each.
struct JobFacts {
    Job job;
    std::vector<Run> runs; ///< oldest first
    std::string reason; ///< why it is not running, or ended as it did; empty: it runs or has completed
    std::optional<Time> expected_end; ///< estimated from its progress
    std::optional<std::vector<std::string>> argv; ///< what it executes; none: not known
};

/// Everything known of one job.
struct JobSheet {
    JobFacts facts;
    std::vector<Message> messages; ///< oldest first
    std::vector<Note> notes; ///< by key
    JobPolicy policy; ///< the rules that it is run under
};

/// Both throw Error as the store does. `why` answers for the same moment, `now`.
[[nodiscard]] JobFacts job_facts(Session& session, Store& store, Why& why, Job job, Time now);
[[nodiscard]] JobSheet job_sheet(Session& session, Store& store, Why& why, Job job, Time now);

/// From start to end, or to `now` while it runs; none: it was never executed.
[[nodiscard]] std::optional<Duration> duration_of(const Run& run, Time now);

/// When a running job should end if it goes on as it says it did so far.
[[nodiscard]] std::optional<Time> expected_end(const Job& job, Time now);

} // namespace escher
