#pragma once

#include "os/cgroup_tree.hpp"
#include "os/execution_record.hpp"
#include "os/output_directory.hpp"

#include <escher/executor.hpp>

#include <functional>

namespace escher::os {

/// Asks the kernel about runs of other runners, by proofs that must agree before a run is called dead: its control group, if
/// it had one, is empty or gone, the lock on the output file is free, and no living process is in its session, bears its tag
/// or has it in its environment.
class Remains {
public:
    Remains(const OutputDirectory& directory, const ExecutionRecord& executions, CgroupTree& groups,
            std::string instance, std::function<bool(std::int64_t)> mark_lives)
        : directory_(directory), executions_(executions), groups_(groups), instance_(std::move(instance)),
          mark_lives_(std::move(mark_lives))
    {
    }

    /// What the system fails to tell is doubtful.
    [[nodiscard]] Liveness examine(const Run& run) const;

    /// Sends KILL to each process that is certainly of the run's tree, but never to this one.
    void kill(const Run& run) const;

private:
    enum class Lease { held, free, missing, unknown };

    [[nodiscard]] Liveness examine_here(const Run& run) const;
    [[nodiscard]] bool runner_lives(const Run& run) const;
    [[nodiscard]] Lease try_lease(const Run& run) const;
    [[nodiscard]] ExecutionRecord::Answer execution_of(const Run& run) const;

    const OutputDirectory& directory_;
    const ExecutionRecord& executions_;
    CgroupTree& groups_;
    std::string instance_;
    std::function<bool(std::int64_t)> mark_lives_;
};

} // namespace escher::os
