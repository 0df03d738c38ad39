#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace escher {

/// A schedule with an argv of its own defines a task. ':' is in no name that a config can give, so nothing collides.
inline constexpr std::string_view schedule_task_prefix = "schedule:";

[[nodiscard]] inline std::string task_of_schedule(std::string_view schedule)
{
    return std::string(schedule_task_prefix).append(schedule);
}

/// The schedule that defines the task of this name; none: it is a task like others.
[[nodiscard]] inline std::optional<std::string> schedule_of_task(std::string_view task)
{
    if (!task.starts_with(schedule_task_prefix))
        return std::nullopt;
    return std::string(task.substr(schedule_task_prefix.size()));
}

} // namespace escher
