#pragma once

#include "os/children.hpp"
#include "os/process_table.hpp"

namespace escher::os {

/// The orphans that we have adopted as a child subreaper: processes of jobs whose parents have died. Each living process
/// of a job whose main process has ended hangs below one of them, so killing them, and then what they leave to us, ends
/// the tree.
class Strays {
public:
    explicit Strays(std::string instance) : instance_(std::move(instance)) {}

    /// Looks at our children. Kills those that belong to a run in stage clearing, and returns the runs in that stage that
    /// still have some.
    std::vector<RunId> kill_for(const Children& children);

    /// A run that may leave processes behind has ended.
    void allow_since(std::int64_t start_ticks);

private:
    /// The run that a stray belongs to, in any stage but ended; none: no run of ours that is to be cleared.
    [[nodiscard]] std::optional<RunId> owner_of(const ProcessStat& stray, const Children& children) const;

    std::string instance_;
    std::optional<std::int64_t> allowed_since_; ///< the start of the oldest run that left something by permission
};

} // namespace escher::os
