#pragma once

#include <stdexcept>
#include <string>

namespace escher {

/// What kind of failure it is, for whoever has to answer it: a command line with an exit status, a web program with its own.
enum class ErrorKind {
    usage, ///< what was asked for cannot be meant
    not_found, ///< a job, a run or an output that is not there
    bad_data, ///< input that cannot be used
    unavailable, ///< the database cannot be used
    internal, ///< a bug
    cannot_create, ///< a file or a process
    io,
    busy, ///< locked by somebody else for too long; it may pass
    permission,
    config,
};

/// A failure that ends the command. The text names the operation, the object and, where there is one, the remedy.
class Error : public std::runtime_error {
public:
    Error(ErrorKind kind, const std::string& text) : std::runtime_error(text), kind_(kind) {}

    [[nodiscard]] ErrorKind kind() const noexcept { return kind_; }

private:
    ErrorKind kind_;
};

} // namespace escher
