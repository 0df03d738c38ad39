#include "config/schedule_builder.hpp"

#include "core/cron.hpp"
#include "core/schedule_task.hpp"
#include "core/suggest.hpp"

#include <algorithm>

namespace escher {

namespace {

using namespace std::chrono_literals;

bool only_with_argv(std::string_view key)
{
    return key == "environment" || key == "stdin" || key == "user";
}

/// For the question whether one of these was meant; what exists is for the context to say.
const std::vector<std::string>& well_known_zones()
{
    static const std::vector<std::string> names{"local",
                                                "UTC",
                                                "Africa/Johannesburg",
                                                "America/Chicago",
                                                "America/Denver",
                                                "America/New_York",
                                                "America/Los_Angeles",
                                                "America/Sao_Paulo",
                                                "America/Toronto",
                                                "Asia/Dubai",
                                                "Asia/Kolkata",
                                                "Asia/Shanghai",
                                                "Asia/Singapore",
                                                "Asia/Tokyo",
                                                "Australia/Sydney",
                                                "Europe/Amsterdam",
                                                "Europe/Berlin",
                                                "Europe/Dublin",
                                                "Europe/Istanbul",
                                                "Europe/London",
                                                "Europe/Madrid",
                                                "Europe/Moscow",
                                                "Europe/Paris",
                                                "Europe/Rome",
                                                "Europe/Stockholm",
                                                "Europe/Vienna",
                                                "Europe/Warsaw",
                                                "Europe/Zurich",
                                                "Pacific/Auckland"};
    return names;
}

/// Fields apart by one blank, none at the ends.
std::string squeeze_blanks(const std::string& text)
{
    std::string squeezed;
    for (const char c : text) {
        const bool blank = c == ' ' || c == '\t';
        if (!blank)
            squeezed += c;
        else if (!squeezed.empty() && squeezed.back() != ' ')
            squeezed += ' ';
    }
    if (squeezed.ends_with(' '))
        squeezed.pop_back();
    return squeezed;
}

std::vector<std::string> names_of(const std::map<std::string, Task>& tasks)
{
    std::vector<std::string> names;
    for (const auto& [name, task] : tasks)
        if (name.find(':') == std::string::npos)
            names.push_back(name);
    return names;
}

} // namespace

void ScheduleBuilder::add(std::string_view name, Position at, TomlValue table)
{
    ScheduleDraft draft;
    draft.schedule.name = name;
    draft.schedule.zone_name = "local";
    read(draft, table);
    resolve_recurrence(draft, at);
    resolve_zone(draft);
    resolve_work(draft, at);
    config_.schedules.push_back(std::move(draft.schedule));
}

void ScheduleBuilder::read(ScheduleDraft& draft, TomlValue table)
{
    own_policy_.clear();
    read_entries(reader_, table, "schedule.NAME", draft.schedule.name,
                 [&](std::string_view key, Position at, TomlValue value) {
                     if (read_key(schedule_keys(), reader_, key, value, draft)) {
                         if (only_with_argv(key))
                             own_policy_.emplace_back(key, at);
                         return true;
                     }
                     if (!read_key(policy_keys(), reader_, key, value, draft.task.policy))
                         return false;
                     own_policy_.emplace_back(key, at);
                     return true;
                 });
}

void ScheduleBuilder::resolve_recurrence(ScheduleDraft& draft, Position at)
{
    auto& schedule = draft.schedule;
    if (draft.cron && draft.every)
        return reader_.complain(draft.every->position(), "a schedule has 'cron' or 'every', not both");
    if (!draft.cron && !draft.every)
        return reader_.complain(at,
                                "schedule '" + schedule.name + "' has neither 'cron' nor 'every': when is it due?");
    if (draft.cron) {
        std::string text;
        reader_.enter_key("cron");
        reader_.text(*draft.cron, text);
        if (draft.cron->kind() != TomlValue::Kind::text)
            return;
        try {
            schedule.recurrence = parse_cron(text, reader_.context().host + "/" + schedule.name);
        } catch (const std::invalid_argument& error) {
            return reader_.complain(draft.cron->position(), error.what());
        }
        schedule.text = squeeze_blanks(text);
    } else {
        schedule.text = normalize(schedule.recurrence);
    }
}

void ScheduleBuilder::resolve_zone(ScheduleDraft& draft)
{
    Position at{};
    if (draft.timezone) {
        at = draft.timezone->position();
        reader_.enter_key("timezone");
        reader_.text(*draft.timezone, draft.schedule.zone_name);
        if (draft.timezone->kind() != TomlValue::Kind::text)
            return;
    }
    draft.schedule.zone = find_zone(draft.schedule.zone_name, at);
}

std::shared_ptr<const Zone> ScheduleBuilder::find_zone(const std::string& name, Position at)
{
    const auto known = zones_.find(name);
    if (known != zones_.end() && (known->second || at.line == 0)) // without a place, one complaint is enough
        return known->second;
    const auto& well_known = well_known_zones();
    const bool exists = std::find(well_known.begin(), well_known.end(), name) != well_known.end();
    std::string why = "no such time zone '" + quotable(name) + "'" +
                      (exists ? ": is the package tzdata installed?" : did_you_mean(name, well_known));
    std::shared_ptr<const Zone> zone;
    try {
        zone = reader_.context().zone(name);
    } catch (const std::exception& error) {
        why = "cannot read time zone '" + quotable(name) + "': " + error.what();
    }
    if (!zone)
        reader_.complain(at, why);
    zones_[name] = zone;
    return zone;
}

void ScheduleBuilder::resolve_work(ScheduleDraft& draft, Position at)
{
    auto& schedule = draft.schedule;
    if (draft.argv && draft.calls)
        return reader_.complain(draft.calls->position(), "a schedule has 'argv' or 'task', not both");
    if (!draft.argv && !draft.calls)
        return reader_.complain(at,
                                "schedule '" + schedule.name + "' has neither 'argv' nor 'task': what is it to run?");
    if (draft.calls)
        return check_call(draft);
    if (draft.params)
        reader_.complain(draft.params->position(), "'params' goes with 'task': 'argv' is taken as it stands");
    auto& task = draft.task;
    task.name = task_of_schedule(schedule.name);
    for (auto& element : task.argv)
        if (element.find_first_of("{}") != std::string::npos)
            element = escape_braces(element);
    if (task.input)
        task.input = escape_braces(*task.input);
    schedule.call.task = task.name;
    schedule.call.params.clear();
    // They come in the order of their names, behind most tasks.
    auto& tasks = config_.policies.tasks;
    tasks.insert_or_assign(tasks.end(), task.name, std::move(task));
}

void ScheduleBuilder::check_call(const ScheduleDraft& draft)
{
    const auto& call = draft.schedule.call;
    if (draft.calls->kind() != TomlValue::Kind::text)
        return;
    const auto at = draft.calls->position();
    const auto found = config_.policies.tasks.find(call.task);
    if (found == config_.policies.tasks.end() || call.task.find(':') != std::string::npos)
        return reader_.complain(at, "there is no [task." + quotable(call.task) + "]" +
                                        did_you_mean(call.task, names_of(config_.policies.tasks)));
    for (const auto& [key, place] : own_policy_)
        reader_.complain(place, "'" + key + "' belongs in [task." + call.task +
                                    "]: a schedule that calls a task runs by the task's policy");
    const auto& task = found->second;
    for (const auto& [name, pattern] : task.params)
        if (!call.params.contains(name))
            reader_.complain(at, "task '" + call.task + "' needs the parameter '" + name + "': give it in 'params'");
    if (!draft.params || draft.params->kind() != TomlValue::Kind::table)
        return;
    const auto patterns = patterns_.find(call.task);
    draft.params->each([&](std::string_view key, Position place, TomlValue value) {
        const std::string name(key);
        const auto given = call.params.find(name);
        if (given == call.params.end())
            return; // complained of already
        if (!task.params.contains(name)) {
            std::vector<std::string> known;
            for (const auto& [parameter, pattern] : task.params)
                known.push_back(parameter);
            reader_.complain(place, "task '" + call.task + "' takes no parameter '" + name + "'" +
                                        did_you_mean(name, known));
        } else if (patterns != patterns_.end() && !patterns->second.matches(name, given->second)) {
            reader_.complain(value.position(),
                             "parameter '" + name + "' does not match its pattern in [task." + call.task + "]");
        }
    });
}

} // namespace escher
