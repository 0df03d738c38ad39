#pragma once

#include "config/reader.hpp"

#include <functional>
#include <span>

namespace escher {

/// One key of the config. Whatever is not in a table of these is unknown; what is, stands in etc/escher-cron.toml.
template<class T>
struct Key {
    std::string_view name;
    std::string_view initial; ///< its default, as TOML; empty: it has none
    std::string_view why; ///< one line for people
    void (*read)(Reader&, TomlValue, T&); ///< checks type and range
};

/// [database], [run], [environment], [output], [retention], [log] and [security]: one of each.
struct FixedSection {
    std::string_view name;
    std::span<const Key<Config>> keys;
};
[[nodiscard]] std::span<const FixedSection> fixed_sections();

/// What [defaults] has beyond the policy_keys.
[[nodiscard]] std::span<const Key<Config>> defaults_keys();

/// What [defaults], [queue.NAME], [task.NAME] and [schedule.NAME] share. A queue has no `queue`, and the `jitter` of a
/// schedule is its own.
[[nodiscard]] std::span<const Key<PolicyOverrides>> policy_keys();

/// The table `limits` among the policy_keys.
[[nodiscard]] std::span<const Key<ResourceLimits>> limit_keys();

/// What is peculiar to [queue.NAME] and to [task.NAME].
[[nodiscard]] std::span<const Key<Queue>> queue_keys();
[[nodiscard]] std::span<const Key<Task>> task_keys();

/// A [schedule.NAME] that has been read but not yet put together with the rest of the config.
struct ScheduleDraft {
    Schedule schedule;
    Task task; ///< the implicit one, for a schedule with an argv of its own
    std::optional<TomlValue> cron;
    std::optional<TomlValue> every;
    std::optional<TomlValue> timezone;
    std::optional<TomlValue> argv;
    std::optional<TomlValue> calls; ///< `task`
    std::optional<TomlValue> params;
};
[[nodiscard]] std::span<const Key<ScheduleDraft>> schedule_keys();

/// Reads `value` if `name` is in the table; false: it is not.
template<class T>
bool read_key(std::span<const Key<T>> keys, Reader& reader, std::string_view name, TomlValue value, T& to)
{
    for (const auto& key : keys)
        if (key.name == name) {
            reader.enter_key(name);
            key.read(reader, value, to);
            return true;
        }
    return false;
}

/// Calls `read` for each entry of a section and complains of those for which it is false. `section` is its name in
/// list_keys(), `name` what NAME stands for in it.
using ReadEntry = std::function<bool(std::string_view key, Position at, TomlValue value)>;
void read_entries(Reader& reader, TomlValue table, std::string_view section, std::string_view name,
                  const ReadEntry& read);

struct KeyText {
    std::string_view name;
    std::string_view initial;
    std::string_view why;
};

struct SectionText {
    std::string_view name; ///< "run", "task.NAME", "defaults.limits"
    std::vector<KeyText> keys;
};

/// Every key of every section, for messages and for the proof that the reference is complete.
[[nodiscard]] std::vector<SectionText> list_keys();

} // namespace escher
