#pragma once

#include <escher/run.hpp>

#include <filesystem>

namespace escher::os {

/// True if the runner of `run` had a lock file open that is not the one of this epoch. Not known (0) is no.
[[nodiscard]] bool had_another_lock(const Run& run, std::int64_t epoch);

/// True where Remains would call a running run another host's, for those who only look: by the lock file and the output
/// directory of this host. Where this user may not look the answer is no. Never throws.
[[nodiscard]] bool is_elsewhere(const Run& run, const std::filesystem::path& lock_file,
                                const std::filesystem::path& output_directory) noexcept;

} // namespace escher::os
