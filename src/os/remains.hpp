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
///
/// First of all it must be known that the run is this host's. What a row can prove of that, and what it cannot:
/// - A lock that is held is held under this very kernel, whatever boot the row tells of: the run lives. Containers that
///   share the lock file see each other's runners so, though not each other's processes.
/// - Another boot id proves that all is gone, if no such lock is held: the files lie on a local file system, which one
///   kernel at a time works on, so that the one that the row tells of has ended. Only the kernel's own word counts; who
///   runs where something else is mounted over it records no boot id, and judges by none.
/// - A runner that had another lock file open (its mark tells) and whose output file is not here has a state directory of
///   its own: the run is another host's, and nothing that is missing here says anything of it. With the output file here
///   it was this host, and the lock file has been made anew since.
class Remains {
public:
    Remains(const OutputDirectory& directory, const ExecutionRecord& executions, CgroupTree& groups,
            std::string instance, HostId host, std::function<bool(std::int64_t)> mark_lives)
        : directory_(directory), executions_(executions), groups_(groups), instance_(std::move(instance)),
          host_(host), mark_lives_(std::move(mark_lives))
    {
    }

    /// What the system fails to tell is doubtful.
    [[nodiscard]] Liveness examine(const Run& run) const;

    /// Sends KILL to each process that is certainly of the run's tree, but never to this one.
    void kill(const Run& run) const;

private:
    enum class Lease { held, free, missing, unknown };

    [[nodiscard]] Liveness examine_here(const Run& run) const;
    [[nodiscard]] bool ended_with_its_boot(const Run& run) const;
    [[nodiscard]] bool is_of_another_state(const Run& run, Lease lease) const;
    [[nodiscard]] static bool is_proved_unexecuted(const Run& run, const ExecutionRecord::Answer& execution);
    [[nodiscard]] bool runner_lives(const Run& run) const;
    [[nodiscard]] Lease try_lease(const Run& run) const;
    [[nodiscard]] ExecutionRecord::Answer execution_of(const Run& run) const;

    const OutputDirectory& directory_;
    const ExecutionRecord& executions_;
    CgroupTree& groups_;
    std::string instance_;
    HostId host_;
    std::function<bool(std::int64_t)> mark_lives_;
};

} // namespace escher::os
