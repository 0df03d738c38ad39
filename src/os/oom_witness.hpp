#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace escher::os {

/// Tells whether the kernel's memory killer has struck: by the counter of our control group, else by the system's. It
/// counts victims without naming them, so this is as good as the counter is, no better.
class OomWitness {
public:
    /// Notes the count from which on a kill is news. Costs two small reads, once.
    void watch();

    /// True if there was a kill since watch() or the last call.
    [[nodiscard]] bool has_struck();

private:
    [[nodiscard]] std::optional<std::int64_t> count() const;

    std::string file_; ///< empty: nothing is watched
    std::int64_t seen_ = 0;
};

} // namespace escher::os
