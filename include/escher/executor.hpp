#pragma once

#include <escher/policy.hpp>
#include <escher/run.hpp>

#include <cstddef>
#include <span>

namespace escher {

/// Everything needed to execute one run; nothing in it needs looking up any more.
struct LaunchSpec {
    RunId run{};
    JobId job{};
    int attempt = 1;
    std::vector<std::string> argv; ///< never empty
    std::map<std::string, std::string> environment; ///< whole; the executor adds only HOME, USER, LOGNAME, SHELL and
        ///< PATH of the job's user where they are not set, and by what it finds the run again: ESCHER_RUN_ID and
        ///< ESCHER_INSTANCE, whatever is set
    std::string directory; ///< empty: the user's home
    std::optional<std::string> input; ///< stdin; none: /dev/null
    std::optional<std::string> user; ///< none: the runner's own
    ResourceLimits limits;
    int nice = 0;
    unsigned umask = 022;
    std::optional<Duration> timeout;
    Duration kill_after{};
    Leftovers leftovers = Leftovers::kill;
    std::string output_file; ///< name inside the output directory
};

/// The program was executed.
struct Started {
    ProcessIdentity process;
};

/// Nothing was executed and the job is not to blame: no process, no descriptor, no output file. Try again later.
struct CannotStart {
    std::string why;
};

/// Who executes does not take the job, or not any more: as RunRejected.
struct Refused {
    std::string reason;
    JobState state = JobState::invalid;
};

using StartResult = std::variant<Started, NotStarted, CannotStart, Refused>;

struct Claim; // escher/store.hpp

/// A run of this executor has ended and its processes are gone (but for allowed leftovers).
struct RunEnded {
    RunId run{};
    Outcome outcome;
    ResourceUsage usage;
    OutputSize output;
};

/// What the kernel says of a run that another runner started.
enum class Liveness {
    supervised, ///< its runner lives
    orphaned, ///< the runner is dead; processes of the job live
    dead, ///< the runner is dead and so is every process of the job
    never_executed, ///< the runner died before it could execute anything
    doubtful, ///< cannot be told; treat it as living
    elsewhere, ///< another host's, of which the kernel here knows nothing; treat it as living
};

/// The port that runs processes. Single-threaded. Times out by a monotonic clock of its own.
class Executor {
public:
    Executor() = default;
    Executor(const Executor&) = delete;
    Executor& operator=(const Executor&) = delete;
    virtual ~Executor() = default;

    /// Executes `spec`. On return the program image has been replaced, or nothing runs. `claim` is what it was made from:
    /// an executor that does not believe its caller makes its own of that.
    /// Never throws for a fault of the system or the job: those are values.
    virtual StartResult start(const LaunchSpec& spec, const Claim& claim) = 0;

    /// Blocks until a run ends, a stop signal arrives or `at_most` has passed, whichever is first, and returns the
    /// runs that ended meanwhile, each exactly once. Enforces timeouts and output limits while it waits.
    virtual std::vector<RunEnded> wait(Duration at_most) = 0;

    /// Asks a run of this executor to end: TERM to its process group now, KILL after `grace`. Its outcome will be
    /// Cancelled{by_shutdown}. A run that has ended already is left alone.
    virtual void stop(RunId run, Duration grace, bool by_shutdown) = 0;

    /// The result of `run` is durable: lets its lease go.
    virtual void release(RunId run) = 0;

    /// Runs started and not yet returned by wait().
    [[nodiscard]] virtual std::size_t running() const = 0;

    /// True if `run` was started by this executor and has not been released.
    [[nodiscard]] virtual bool owns(RunId run) const = 0;

    /// The signal (SIGTERM, SIGINT) that told this process to stop, if one has arrived.
    [[nodiscard]] virtual std::optional<int> stop_signal() const = 0;

    /// Asks the kernel about a run of some other runner. Any doubt is Liveness::doubtful. A run whose runner's host is not
    /// this one is `elsewhere`, whatever else may be known of it.
    [[nodiscard]] virtual Liveness examine(const Run& run) const = 0;

    /// Sends KILL to what is left of the tree of an orphaned run of this host. Does not wait: examine() again later.
    virtual void kill_remains(const Run& run) = 0;

    /// Deletes output files by their names in the output directory; those that are gone already do not matter.
    virtual void discard_output(std::span<const std::string> names) = 0;
};

} // namespace escher
