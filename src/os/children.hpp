#pragma once

#include "os/deadline.hpp"
#include "os/output_file.hpp"
#include "os/run_cgroup.hpp"

#include <escher/executor.hpp>

#include <sys/types.h>

#include <map>
#include <memory>

namespace escher::os {

/// A run of ours, from its start until its lease is let go.
struct Child {
    enum class Stage {
        running, ///< the main process lives
        clearing, ///< it has ended, leftovers are being killed
        ended, ///< returned by wait(); only the lease is kept
    };

    Child(RunId run_, OutputFile output_) : run(run_), output(std::move(output_)) {}

    RunId run;
    pid_t pid = 0; ///< of the main process; its session and process group too
    std::int64_t start_ticks = 0;
    OutputFile output;
    std::optional<RunCgroup> cgroup; ///< none: there are no control groups here
    Leftovers leftovers = Leftovers::kill;
    Stage stage = Stage::running;
    std::optional<SteadyTime> timeout_at;
    Duration kill_after{};
    std::optional<SteadyTime> kill_at; ///< set with TERM
    std::optional<SteadyTime> give_up_at; ///< set with KILL: a process that the kernel cannot end must not hold us up
    std::optional<Outcome> cause; ///< why we ended it: TimedOut or Cancelled
    Outcome outcome; ///< from stage clearing on
    ResourceUsage usage;
    SteadyTime look_at; ///< when its output is looked at next
};

/// The runs of a supervisor by number and by the pid of the main process.
class Children {
public:
    /// Makes room for a run that is to be started next, so that nothing can fail once its process runs.
    Child& add(std::unique_ptr<Child> child);

    /// The process of one that was added last.
    void started(Child& child, pid_t pid) noexcept;

    void remove(RunId run);

    [[nodiscard]] Child* find(RunId run) const;

    /// By the pid of a main process that has not been reaped yet.
    [[nodiscard]] Child* find_main(pid_t pid) const;

    /// The main process has been reaped, or is given up: its pid says nothing any more.
    void forget_main(pid_t pid) { by_pid_.erase(pid); }

    /// Ascending by run.
    [[nodiscard]] const std::map<RunId, std::unique_ptr<Child>>& all() const { return by_run_; }

private:
    std::map<RunId, std::unique_ptr<Child>> by_run_;
    std::map<pid_t, Child*> by_pid_; ///< 0: that of the next to be started
};

} // namespace escher::os
