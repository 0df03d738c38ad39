#include "cli/next_view.hpp"

#include "app/next_times.hpp"
#include "core/duration.hpp"
#include "core/human_text.hpp"
#include "terminal/escape.hpp"
#include "terminal/render.hpp"

#include <fmt/format.h>

namespace escher::cli {

namespace {

std::string heading(const NextTimes& next, bool color)
{
    std::string text =
        next.schedule.empty() ? "" : styled(escape_for_terminal(next.schedule), Style::bold, color) + "  ";
    text += fmt::format("{}  {} ({})", styled(next.normalized, Style::bold, color), next.explanation, next.zone_name);
    if (next.jitter > Duration::zero())
        text += fmt::format(", plus up to {}", describe_duration(next.jitter));
    if (!next.enabled)
        text += styled("  disabled", Style::yellow, color);
    return text + '\n';
}

std::string row(const NextTimes& next, const NextTimes::Due& due)
{
    return due.local + '\t' + (next.schedule.empty() ? next.normalized : next.schedule) + '\t' + due.note + '\n';
}

} // namespace

std::string next_text(const NextTimes& next, Time now, const Look& look)
{
    std::string text;
    if (look.terminal)
        text += heading(next, look.color);
    for (const auto& due : next.times) {
        if (!look.terminal) {
            text += row(next, due);
            continue;
        }
        text += fmt::format("  {} {:<5} {}", due.local, due.zone, relative_time(due.at, now));
        if (next.jitter > Duration::zero())
            text += fmt::format("  due {} with its jitter", due.due_local.substr(11, 8));
        if (!due.note.empty())
            text += "  " + styled(due.note, Style::yellow, look.color);
        text += '\n';
    }
    if (!look.terminal)
        return text;
    if (next.times.empty())
        text += "  no time to tell\n";
    for (const std::string& change : next.clock_changes)
        text += "  " + styled(change, Style::dim, look.color) + '\n';
    return text;
}

std::string next_rows(std::span<const NextTimes> all)
{
    std::string text;
    for (const auto& [of, due] : soonest_first(all))
        text += row(*of, *due);
    return text;
}

} // namespace escher::cli
