#pragma once

#include <stdexcept>
#include <string>

namespace escher {

/// What the process ends with; the numbers of sysexits(3) where it has one.
enum class ExitStatus {
    ok = 0,
    job_failed = 1,
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

/// A failure that ends the command. The text names the operation, the object and, where there is one, the remedy.
class Error : public std::runtime_error {
public:
    Error(ExitStatus status, const std::string& text) : std::runtime_error(text), status_(status) {}

    [[nodiscard]] ExitStatus status() const noexcept { return status_; }

private:
    ExitStatus status_;
};

} // namespace escher
