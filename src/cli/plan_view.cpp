#include "cli/plan_view.hpp"

#include "core/id_text.hpp"
#include "core/text.hpp"
#include "core/time_text.hpp"
#include "core/zone.hpp"
#include "terminal/escape.hpp"
#include "terminal/render.hpp"
#include "terminal/table.hpp"

#include <fmt/format.h>

namespace escher::cli {

namespace {

struct Wording {
    const char* text;
    Style style;
};

Wording wording(PlannedJob::Action action)
{
    switch (action) {
    case PlannedJob::Action::start:
        return {"would start", Style::green};
    case PlannedJob::Action::refuse:
        return {"would be refused", Style::red};
    case PlannedJob::Action::run:
        return {"runs", Style::plain};
    case PlannedJob::Action::recover:
        return {"would be examined", Style::yellow};
    case PlannedJob::Action::wait:
        return {"waits", Style::yellow};
    }
    return {"", Style::plain};
}

std::string id_text(const PlannedJob& planned)
{
    return planned.is_new ? "new" : to_text(planned.job.id);
}

std::string reason_text(const PlannedJob& planned)
{
    if (!planned.is_new)
        return planned.reason;
    std::string text = "made by schedule " + planned.job.schedule;
    if (planned.job.nominal_at)
        text += " for " + format_rfc3339(*planned.job.nominal_at, Zone::utc());
    return planned.reason.empty() ? text : text + "; " + planned.reason;
}

} // namespace

std::string plan_text(const Plan& plan, const Look& look)
{
    Table table({{.title = "ID", .right = true},
                 {.title = "NAME"},
                 {.title = "QUEUE"},
                 {.title = "PLAN"},
                 {.title = "REASON", .wide = true}});
    for (const PlannedJob& planned : plan.jobs) {
        const Wording words = wording(planned.action);
        table.add({{id_text(planned)},
                   {planned.job.name},
                   {planned.job.queue.value_or("default")},
                   {words.text, words.style},
                   {reason_text(planned)}});
    }
    std::string text = table.empty() ? "" : table.text(look);
    for (const Occurrence& occurrence : plan.occurrences) {
        if (occurrence.result == OccurrenceResult::created)
            continue; // its job is among the others
        const std::string nominal = format_rfc3339(occurrence.nominal_at, Zone::utc());
        const std::string reason = escape_for_terminal(occurrence.reason);
        if (look.terminal)
            text += fmt::format("schedule {} of {} would be {}{}{}\n", escape_for_terminal(occurrence.schedule),
                                nominal, text_of(occurrence.result), reason.empty() ? "" : ": ", reason);
        else
            text += fmt::format("-\t{}\t-\twould be {}\t{} {}\n", escape_for_terminal(occurrence.schedule),
                                text_of(occurrence.result), nominal, reason);
    }
    return text;
}

} // namespace escher::cli
