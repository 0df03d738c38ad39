#include "cli/job_style.hpp"

#include "core/human_text.hpp"
#include "core/time_text.hpp"

namespace escher::cli {

Style style_of(JobState state)
{
    switch (state) {
    case JobState::scheduled:
        return Style::dim;
    case JobState::available:
        return Style::plain;
    case JobState::running:
        return Style::blue;
    case JobState::retryable:
        return Style::yellow;
    case JobState::completed:
        return Style::green;
    case JobState::failed:
    case JobState::invalid:
        return Style::red;
    case JobState::cancelled:
        return Style::yellow;
    }
    return Style::plain;
}

std::string time_text(Time time, Time now, const Look& look)
{
    if (!look.terminal)
        return format_rfc3339(time, *look.zone);
    return format_local(time, *look.zone) + " (" + relative_time(time, now) + ")";
}

} // namespace escher::cli
