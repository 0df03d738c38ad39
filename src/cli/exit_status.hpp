#pragma once

#include <escher/error.hpp>

namespace escher::cli {

/// What the process ends with; the numbers of sysexits(3) where it has one.
enum class ExitStatus {
    ok = 0,
    job_failed = 1, ///< or there is no such job
    usage = 64,
    bad_data = 65,
    unavailable = 69,
    internal = 70,
    cannot_create = 73,
    io = 74,
    busy = 75,
    permission = 77,
    config = 78,
};

[[nodiscard]] ExitStatus exit_status_of(ErrorKind kind);

} // namespace escher::cli
