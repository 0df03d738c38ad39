#pragma once

#include "os/clone_into.hpp"
#include "os/launch_plan.hpp"

namespace escher::os {

/// Starts processes by clone(CLONE_VM | CLONE_VFORK) on a stack of its own: the cost does not grow with our memory, and
/// the child tells what failed through the plan.
class Spawner {
public:
    /// Throws Error if there is no memory for the stack.
    Spawner();
    ~Spawner();
    Spawner(const Spawner&) = delete;
    Spawner& operator=(const Spawner&) = delete;

    /// The pid of a child that executes the program, or that has exited at once: see plan.failed_step.
    /// Negative: no process could be created; minus errno.
    [[nodiscard]] pid_t spawn(LaunchPlan& plan);

private:
    void* stack_ = nullptr;
    bool clones_into_groups_ = can_clone_into_group; ///< else the child moves itself, which takes milliseconds
};

/// The signals whose disposition is not the default, as bits. A child must put them back: ignored ones survive exec, and
/// handlers must not run in the memory it shares with us.
[[nodiscard]] std::uint64_t signals_not_default();

} // namespace escher::os
