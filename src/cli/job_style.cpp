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

std::string time_text(Context& context, Time time, Time now)
{
    if (!context.console.out_terminal)
        return format_rfc3339(time, context.session.zone());
    return format_local(time, context.session.zone()) + " (" + relative_time(time, now) + ")";
}

} // namespace escher::cli
