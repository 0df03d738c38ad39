#pragma once

#include <escher/run.hpp>

#include <filesystem>
#include <optional>
#include <string>

namespace escher {

/// Why nobody looks after a run that has not ended: the tick that started it is gone. None: it lives, or that cannot be
/// told. `lock` is the tick's lock file, in which living ticks hold their marks. Changes nothing.
[[nodiscard]] std::optional<std::string> why_unsupervised(const Run& run, const std::filesystem::path& lock);

} // namespace escher
