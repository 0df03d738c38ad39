#pragma once

#include "os/seen_register.hpp"

#include <functional>

namespace escher::os {

/// What a tick needs of the guard's memory, whoever keeps it: as the functions of SeenRegister, which see. `hardware`: as
/// machine_hardware().
struct SeenMemory {
    std::function<SeenRegister::Answer(const std::string& instance)> look_up;
    std::function<void(const Seen&)> write;
    std::function<std::optional<SeenRegister::Hold>()> hold;
    std::function<void(const SeenRegister::Hold&)> write_hold;
    std::function<void()> clear_damaged; ///< empty: not for a tick
    FileMark file;
    std::function<std::string()> hardware;
};

/// The one in the lock file that this process has open, of this machine. Throws Error.
[[nodiscard]] SeenMemory memory_of(SeenRegister seen);

} // namespace escher::os
