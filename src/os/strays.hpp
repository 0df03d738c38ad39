#pragma once

#include "os/children.hpp"
#include "os/process_table.hpp"

#include <vector>

namespace escher::os {

/// The orphans that we have adopted as a child subreaper: processes of jobs whose parents have died. Each living process
/// of a job whose main process has ended hangs below one of them, so killing them, and then what they leave to us, ends
/// the tree.
class Strays {
public:
    /// `companion`: a child of ours that is no job's; 0: there is none.
    Strays(std::string instance, pid_t companion) : instance_(std::move(instance)), companion_(companion) {}

    /// Before the first run is started: what is needed later cannot be had where no descriptor is left. Throws Error.
    void prepare() { own_children_.open(); }

    /// Which runs in stage clearing are not clean yet.
    struct Standing {
        std::vector<RunId> occupied; ///< some of their processes have been killed and are not reaped yet
        bool unkilled = false; ///< KILL could not be sent to one of them: look again
        bool unclear =
            false; ///< something is ending, or cannot be looked at just now, and may be any run's: look again

        [[nodiscard]] bool is_clean(RunId run) const;
    };

    /// Looks at our children and kills those that belong to a run in stage clearing. All that could be reaped must have
    /// been, and if anything can be afterwards, this has to be asked again: the dead may have left us theirs.
    Standing kill_for(const Children& children, SteadyTime now);

    /// `pid`, a child of ours, has been reaped.
    void reaped(pid_t pid);

    /// A run that may leave processes behind has ended.
    void allow_since(std::int64_t start_ticks);

private:
    struct Owner {
        enum class Kind { run, nobody, unclear };
        Kind kind = Kind::nobody;
        RunId run{};
    };

    void look_at(pid_t pid, const Children& children, SteadyTime now, Standing& standing);
    [[nodiscard]] Owner owner_of(pid_t pid, const Children& children, SteadyTime now);
    [[nodiscard]] Owner owner_by_age(const ProcessStat& stray, const Children& children) const;
    [[nodiscard]] bool is_between_programs(pid_t pid, SteadyTime now);

    std::string instance_;
    pid_t companion_; ///< 0: none, or it has been reaped
    OwnChildren own_children_;
    std::map<pid_t, RunId> killed_; ///< not reaped yet, so that each pid is still the one that was killed
    std::map<pid_t, SteadyTime> without_environment_; ///< since when a child of ours has shown none
    std::optional<std::int64_t> allowed_since_; ///< the start of the oldest run that left something by permission
};

} // namespace escher::os
