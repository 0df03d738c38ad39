#include "os/seen_memory.hpp"

#include "os/machine_mark.hpp"

#include <memory>

namespace escher::os {

SeenMemory memory_of(SeenRegister seen)
{
    const auto kept = std::make_shared<const SeenRegister>(std::move(seen));
    return {
        .look_up = [kept](const std::string& instance) { return kept->look_up(instance); },
        .write = [kept](const Seen& line) { kept->write(line); },
        .hold = [kept] { return kept->hold(); },
        .write_hold = [kept](const SeenRegister::Hold& hold) { kept->write_hold(hold); },
        .clear_damaged = [kept] { kept->clear_damaged(); },
        .file = kept->file(),
        .hardware =
            [] {
                static const std::string known =
                    machine_hardware(); // of one machine, whose cards need not be asked twice
                return known;
            },
    };
}

} // namespace escher::os
