#include "app/find_schedule.hpp"
#include "app/next_times.hpp"
#include "app/read_value.hpp"
#include "cli/commands/entries.hpp"
#include "cli/context.hpp"
#include "cli/next_view.hpp"
#include "cli/option_values.hpp"
#include "core/cron.hpp"
#include "os/zone_files.hpp"
#include "json/next_json.hpp"

#include <escher/error.hpp>

#include <algorithm>

namespace escher::cli {

namespace {

constexpr int default_count = 5;

std::shared_ptr<const Zone> zone_named(const std::string& name)
{
    auto zone = os::load_zone(name);
    if (!zone)
        throw Error(ErrorKind::usage,
                    "--tz: there is no time zone '" + name + "': write a name like Europe/Berlin, UTC or local");
    return zone;
}

/// An expression comes as one argument or as five, quoted or not.
std::string joined(const std::vector<std::string>& words)
{
    std::string text;
    for (const std::string& word : words)
        text += (text.empty() ? "" : " ") + word;
    return text;
}

bool looks_like_expression(const std::string& text)
{
    return text.find_first_of(" \t") != std::string::npos || text.starts_with('@');
}

NextTimes of_schedule(Schedule schedule, const Arguments& arguments, Time from, int count)
{
    if (const auto given = arguments.value("tz")) {
        schedule.zone = zone_named(*given);
        schedule.zone_name = *given;
    }
    return next_times(schedule, from, count);
}

const Schedule& schedule_named(const Config& config, const std::string& name)
{
    if (const Schedule* found = find_schedule(config, name))
        return *found;
    throw Error(ErrorKind::usage,
                no_such_schedule(config, name) + "; a cron expression has five fields, like '30 3 * * 1-5'");
}

bool at_reboot(const NextTimes& times)
{
    return times.normalized == normalize(AtReboot{});
}

} // namespace

int run_next(Context& context, const Arguments& arguments)
{
    const Time now = context.session.now();
    const Time from = time_option(arguments, "from", now, context.session.zone()).value_or(now);
    const int count = static_cast<int>(number_option(arguments, "count", 1, 10'000).value_or(default_count));
    const std::string what = joined(arguments.positional);

    std::vector<NextTimes> found;
    const bool all = arguments.positional.empty();
    if (all) {
        for (const Schedule& schedule : context.session.config().schedules)
            found.push_back(of_schedule(schedule, arguments, from, count));
    } else if (looks_like_expression(what)) {
        const auto given = arguments.value("tz");
        const auto zone = given ? zone_named(*given) : os::load_zone("local");
        found.push_back(next_times(read_recurrence(what), zone ? *zone : Zone::utc(), from, count));
        found.back().zone_name = given.value_or("local");
        found.back().expression = what;
    } else {
        found.push_back(of_schedule(schedule_named(context.session.config(), what), arguments, from, count));
    }

    if (!all && std::ranges::any_of(found, at_reboot))
        context.console.narrate("due once after each boot");
    if (context.console.json) {
        context.console.out(all ? next_json(found) : next_json(found.front()));
        return 0;
    }
    if (found.empty())
        context.console.narrate("the config has no [schedule]");
    if (all && !context.console.out_terminal) {
        context.console.out(next_rows(found));
        return 0;
    }
    for (std::size_t i = 0; i < found.size(); ++i) {
        if (i > 0 && context.console.out_terminal)
            context.console.out("\n");
        context.console.out(next_text(found[i], now, context.look()));
    }
    return 0;
}

} // namespace escher::cli
