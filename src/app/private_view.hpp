#pragma once

#include "config/config.hpp"
#include "os/fd.hpp"
#include "os/lock_file.hpp"
#include "os/seen_memory.hpp"

#include <escher/run.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>

namespace escher {

/// What those who do not tick may see and do of what only the ticks' user can reach: the lock, what it remembers, the
/// output, and the start of a tick. Looked at by this process itself, or asked of its part that has stayed root.
struct PrivateView {
    std::function<os::Fd(const Run&)> open_output; ///< as open_output()
    std::function<void(std::span<const std::string> names)> discard_output; ///< as os::OutputDirectory::discard()
    std::function<std::optional<os::LockHolder>()> lock_holder; ///< as os::LockFile::holder()
    std::function<bool(std::int64_t mark)> mark_lives; ///< as os::LockFile::mark_lives()
    std::function<bool(const Run&)> is_elsewhere; ///< as os::is_elsewhere()
    std::function<std::optional<os::SeenMemory>()>
        seen; ///< to be looked up in; none: not there, or not for this user
    std::function<bool()> seen_is_hidden; ///< as os::SeenRegister::is_hidden()
    std::function<std::string()> start_tick; ///< as start_tick()
};

/// This process's own view; `config` outlives it, and `start_tick` is given.
[[nodiscard]] PrivateView own_view(const Config& config, std::function<std::string()> start_tick);

} // namespace escher
