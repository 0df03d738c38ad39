#include "cli/check/findings_view.hpp"

#include "terminal/escape.hpp"
#include "terminal/render.hpp"

#include <fmt/format.h>

namespace escher::cli {

namespace {

Style finding_style(Finding::Level level)
{
    switch (level) {
    case Finding::Level::ok:
        return Style::green;
    case Finding::Level::warn:
        return Style::yellow;
    case Finding::Level::fail:
        return Style::red;
    }
    return Style::plain;
}

} // namespace

std::string findings_text(const Findings& findings, const Look& look)
{
    std::string text;
    for (const Finding& finding : findings.all()) {
        const std::string_view level = text_of(finding.level);
        const std::string what = escape_for_terminal(finding.text);
        const std::string fix = escape_for_terminal(finding.fix);
        if (look.terminal) {
            text += fmt::format("{}  {}\n",
                                styled(fmt::format("{:<4}", level), finding_style(finding.level), look.color), what);
            if (!fix.empty())
                text += fmt::format("      fix: {}\n", fix);
        } else {
            text += fmt::format("{}\t{}{}{}\n", level, what, fix.empty() ? "" : "; fix: ", fix);
        }
    }
    return text;
}

} // namespace escher::cli
