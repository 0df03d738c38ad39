#pragma once

#include "os/account.hpp"
#include "os/cgroup_tree.hpp"
#include "os/children.hpp"
#include "os/job_input.hpp"
#include "os/spawn.hpp"

namespace escher::os {

/// Turns a LaunchSpec into a running process.
class Launcher {
public:
    /// To be made when the signals of this process are set up: it remembers which are not at their defaults.
    Launcher(OutputDirectory& directory, const ExecutionRecord& executions, std::string instance)
        : directory_(directory), executions_(executions), instance_(std::move(instance)),
          signals_to_reset_(signals_not_default())
    {
    }

    /// Executes the program, in a control group of its own if `groups` makes one, and adds it to `children`. `groups`:
    /// null: none is wanted; `must_have`: nothing is started without. Throws what makes it impossible to start anything: see CannotStart.
    StartResult launch(const LaunchSpec& spec, Children& children, CgroupTree* groups, bool must_have_group);

private:
    pid_t spawn_in(LaunchPlan& plan, RunId run, std::optional<RunCgroup>& group, CgroupTree* groups,
                   bool must_have_group);

    OutputDirectory& directory_;
    const ExecutionRecord& executions_;
    std::string instance_;
    std::uint64_t signals_to_reset_;
    Accounts accounts_;
    JobInput input_;
    Spawner spawner_;
};

} // namespace escher::os
