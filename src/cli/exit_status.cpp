#include "cli/exit_status.hpp"

namespace escher::cli {

ExitStatus exit_status_of(ErrorKind kind)
{
    switch (kind) {
    case ErrorKind::usage:
        return ExitStatus::usage;
    case ErrorKind::not_found:
        return ExitStatus::job_failed;
    case ErrorKind::bad_data:
        return ExitStatus::bad_data;
    case ErrorKind::unavailable:
        return ExitStatus::unavailable;
    case ErrorKind::internal:
        return ExitStatus::internal;
    case ErrorKind::cannot_create:
        return ExitStatus::cannot_create;
    case ErrorKind::io:
        return ExitStatus::io;
    case ErrorKind::busy:
        return ExitStatus::busy;
    case ErrorKind::permission:
        return ExitStatus::permission;
    case ErrorKind::config:
        return ExitStatus::config;
    }
    return ExitStatus::internal;
}

} // namespace escher::cli
