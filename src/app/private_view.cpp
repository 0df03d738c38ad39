#include "app/private_view.hpp"

#include "app/output_reader.hpp"
#include "os/output_directory.hpp"
#include "os/run_home.hpp"

namespace escher {

PrivateView own_view(const Config& config, std::function<std::string()> start_tick)
{
    return {
        .open_output = [&config](const Run& run) { return open_output(run, config.output.directory); },
        .discard_output =
            [&config](std::span<const std::string> names) {
                os::OutputDirectory(config.output.directory).discard(names);
            },
        .lock_holder = [&config] { return os::LockFile::holder(config.run.lock); },
        .mark_lives = [&config](std::int64_t mark) { return os::LockFile::mark_lives(config.run.lock, mark); },
        .is_elsewhere =
            [&config](const Run& run) { return os::is_elsewhere(run, config.run.lock, config.output.directory); },
        .seen = [&config]() -> std::optional<os::SeenMemory> {
            auto seen = os::SeenRegister::at(config.run.lock);
            return seen ? std::optional(os::memory_of(std::move(*seen))) : std::nullopt;
        },
        .seen_is_hidden = [&config] { return os::SeenRegister::is_hidden(config.run.lock); },
        .start_tick = std::move(start_tick),
    };
}

} // namespace escher
