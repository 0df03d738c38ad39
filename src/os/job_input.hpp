#pragma once

#include "os/fd.hpp"

#include <optional>
#include <string>

namespace escher::os {

/// Where jobs read their standard input from.
class JobInput {
public:
    /// A descriptor that reads as `payload` from its beginning; none, where there is no payload: see nothing(). Throws
    /// Error.
    [[nodiscard]] Fd open(const std::optional<std::string>& payload) const;

    /// A descriptor of /dev/null, shared by all jobs. Throws Error.
    [[nodiscard]] int nothing();

private:
    Fd null_;
};

} // namespace escher::os
