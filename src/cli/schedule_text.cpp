#include "cli/schedule_text.hpp"

#include "cli/job_style.hpp"
#include "core/id_text.hpp"
#include "core/text.hpp"
#include "terminal/escape.hpp"

namespace escher::cli {

std::string describe(const ScheduleStanding& schedule, Time now, const Look& look)
{
    std::string text = "schedule '" + escape_for_terminal(schedule.name) + "': ";
    if (schedule.last) {
        text += "last due " + time_text(schedule.last->nominal_at, now, look) + ": " +
                std::string(text_of(schedule.last->result));
        if (schedule.last->job)
            text += " job " + to_text(*schedule.last->job);
        if (schedule.last_state)
            text += " (" + std::string(text_of(*schedule.last_state)) + ")";
        if (!schedule.last->reason.empty())
            text += ", " + escape_for_terminal(schedule.last->reason);
    } else {
        text += "was not due yet";
    }
    if (schedule.next)
        return text + "; next " + time_text(*schedule.next, now, look);
    return text + (!schedule.in_config() ? "; it is not in the config any more"
                   : schedule.enabled    ? "; no next time"
                                         : "; it is disabled");
}

} // namespace escher::cli
