#include "json/findings_json.hpp"

#include "core/text.hpp"
#include "json/json_writer.hpp"

namespace escher {

std::string findings_json(const Findings& findings)
{
    return json_document([&](JsonWriter& json) {
        json.member("ok", !findings.any_fails());
        json.array("findings", findings.all(), [&](const Finding& finding) {
            json.begin_object().member("level", text_of(finding.level)).member("text", finding.text);
            json.member_or_null("fix", finding.fix).end_object();
        });
    });
}

} // namespace escher
