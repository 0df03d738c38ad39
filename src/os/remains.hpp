#pragma once

#include "os/output_directory.hpp"

#include <escher/executor.hpp>

#include <functional>

namespace escher::os {

/// Asks the kernel about runs of other runners, by the three proofs: the lock on the output file, the session, and the
/// environment of every process.
class Remains {
public:
    Remains(const OutputDirectory& directory, std::string instance, std::function<bool(std::int64_t)> mark_lives)
        : directory_(directory), instance_(std::move(instance)), mark_lives_(std::move(mark_lives))
    {
    }

    [[nodiscard]] Liveness examine(const Run& run) const;

    /// Sends KILL to each process that is certainly of the run's tree, but never to this one.
    void kill(const Run& run) const;

private:
    enum class Lease { held, free, missing, unexecuted, unknown };

    [[nodiscard]] bool runner_lives(const Run& run) const;
    [[nodiscard]] Lease try_lease(const Run& run) const;

    const OutputDirectory& directory_;
    std::string instance_;
    std::function<bool(std::int64_t)> mark_lives_;
};

} // namespace escher::os
