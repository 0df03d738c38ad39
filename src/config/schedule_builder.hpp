#pragma once

#include "config/keys.hpp"
#include "config/task_template.hpp"

namespace escher {

/// Puts schedules together, once all tasks of all files are known.
class ScheduleBuilder {
public:
    ScheduleBuilder(Reader& reader, Config& config, const std::map<std::string, ParameterPatterns>& patterns)
        : reader_(reader), config_(config), patterns_(patterns)
    {
    }

    /// Reads [schedule.`name`], whose name stands at `at`, into the config.
    void add(std::string_view name, Position at, TomlValue table);

private:
    void read(ScheduleDraft& draft, TomlValue table);
    void resolve_recurrence(ScheduleDraft& draft, Position at);
    void resolve_zone(ScheduleDraft& draft);
    void resolve_work(ScheduleDraft& draft, Position at);
    void check_call(const ScheduleDraft& draft);
    [[nodiscard]] std::shared_ptr<const Zone> find_zone(const std::string& name, Position at);

    Reader& reader_;
    Config& config_;
    const std::map<std::string, ParameterPatterns>& patterns_;
    std::map<std::string, std::shared_ptr<const Zone>> zones_;
    std::vector<std::pair<std::string, Position>> own_policy_; ///< keys of the draft that only an own argv can have
};

} // namespace escher
