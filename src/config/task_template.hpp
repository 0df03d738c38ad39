#pragma once

#include "config/reader.hpp"

#include <map>
#include <memory>

namespace escher {

/// The patterns of a task's parameters, compiled once: a thousand schedules may call one task.
class ParameterPatterns {
public:
    ParameterPatterns();
    ~ParameterPatterns();
    ParameterPatterns(ParameterPatterns&&) noexcept;
    ParameterPatterns& operator=(ParameterPatterns&&) noexcept;

    /// Compiles a pattern. Returns what is wrong with it, or nothing.
    [[nodiscard]] std::string add(const std::string& parameter, const std::string& pattern);

    /// True if the whole of `value` matches, and for a parameter whose pattern did not compile.
    [[nodiscard]] bool matches(const std::string& parameter, const std::string& value) const;

private:
    struct Compiled;
    std::unique_ptr<Compiled> compiled_;
};

/// Where the parts of a task stand in the config.
struct TaskPlaces {
    Position name{};
    std::optional<TomlValue> argv;
    std::optional<TomlValue> params;
    std::optional<TomlValue> input;
};

/// Complains of a task without a program, of placeholders without a parameter and the other way round, of a program
/// that a parameter would choose, and of patterns that are none.
[[nodiscard]] ParameterPatterns check_task(Reader& reader, const Task& task, const TaskPlaces& places);

/// Text in which a template's placeholders are to be taken literally.
[[nodiscard]] std::string escape_braces(const std::string& text);

} // namespace escher
