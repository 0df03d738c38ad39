#include "cli/check/findings.hpp"

#include "terminal/escape.hpp"
#include "terminal/render.hpp"
#include "json/json_writer.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace escher::cli {

namespace {

const char* word(Finding::Level level)
{
    switch (level) {
    case Finding::Level::ok:
        return "ok";
    case Finding::Level::warn:
        return "warn";
    case Finding::Level::fail:
        return "fail";
    }
    return "";
}

Style style_of(Finding::Level level)
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

bool Findings::any_fails() const
{
    return std::any_of(all_.begin(), all_.end(),
                       [](const Finding& finding) { return finding.level == Finding::Level::fail; });
}

std::string Findings::text(bool terminal, bool color) const
{
    std::string text;
    for (const Finding& finding : all_) {
        const std::string what = escape_for_terminal(finding.text);
        const std::string fix = escape_for_terminal(finding.fix);
        if (terminal) {
            text += fmt::format(
                "{}  {}\n", styled(fmt::format("{:<4}", word(finding.level)), style_of(finding.level), color), what);
            if (!fix.empty())
                text += fmt::format("      fix: {}\n", fix);
        } else {
            text += fmt::format("{}\t{}{}{}\n", word(finding.level), what, fix.empty() ? "" : "; fix: ", fix);
        }
    }
    return text;
}

std::string Findings::json() const
{
    JsonWriter json;
    json.begin_object().key("schema").value(1).key("ok").value(!any_fails()).key("findings").begin_array();
    for (const Finding& finding : all_) {
        json.begin_object().key("level").value(word(finding.level)).key("text").value(finding.text).key("fix");
        if (finding.fix.empty())
            json.null();
        else
            json.value(finding.fix);
        json.end_object();
    }
    json.end_array().end_object();
    return json.text() + '\n';
}

} // namespace escher::cli
