#pragma once

#include "os/fd.hpp"

#include <escher/run.hpp>

#include <sys/types.h>

#include <string>

namespace escher::os {

/// What a process that is about to execute a run's program says of itself. Plain data: it is written by a child that shares
/// our memory.
struct Execution {
    std::int64_t run = 0; ///< 0: nothing was ever written here
    std::uint64_t instance = 0; ///< a hash of it, never 0
    std::int64_t pid = 0;
    std::int64_t at_ticks =
        0; ///< when it was written, as field 22 of /proc/PID/stat counts: the process is no younger
    std::int64_t tagged = 0; ///< 1: it bears the tag of its run, see RunTag
};

/// Which runs have been executed, as their processes themselves have noted right before they became the program: a part of
/// the lock file, so that there is one as soon as anything can be claimed, it needs no care, and no log rotation or job that
/// tidies up takes it for output. Recovery learns from it what no row tells yet, and by it alone that a claim was never
/// executed: nothing noted for the run, in the very file that its runner had open.
///
/// One slot for each of the last 4,096 runs; what an older one says has long been recorded. Survives a kill, not a boot:
/// nothing of it is flushed.
class ExecutionRecord {
public:
    static constexpr off_t begin = 4096; ///< the first slot's offset in the file
    static constexpr off_t slot_size = 64;
    static constexpr std::int64_t slots = 4096;

    /// None: notes nothing and answers `unknown`.
    ExecutionRecord() = default;

    /// `file` is open for reading and writing; `epoch` tells it from a file that took its place later.
    ExecutionRecord(Fd file, std::int64_t epoch) : file_(std::move(file)), epoch_(epoch) {}

    enum class Verdict {
        never, ///< its runner would have noted it here; proved, if it lived under this boot
        executed,
        unknown, ///< another file's run, or overwritten since
    };
    struct Answer {
        Verdict verdict = Verdict::unknown;
        Execution execution; ///< of an executed run
    };

    /// `epoch`: that of the file in which its runner noted what it executed. Throws Error if the file cannot be read.
    [[nodiscard]] Answer look_up(RunId run, const std::string& instance, std::int64_t epoch) const;

    /// What the child has to complete and to write at offset_of(run) of fd().
    [[nodiscard]] static Execution prepare(RunId run, const std::string& instance, bool tagged);
    [[nodiscard]] static off_t offset_of(RunId run);
    [[nodiscard]] int fd() const { return file_.get(); }
    [[nodiscard]] std::int64_t epoch() const { return epoch_; } ///< 0: none

private:
    Fd file_;
    std::int64_t epoch_ = 0;
};

} // namespace escher::os
