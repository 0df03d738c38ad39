#include "json/message_json.hpp"

#include "core/text.hpp"

namespace escher {

void write_message(JsonWriter& json, const Message& message)
{
    json.begin_object().member("run", message.run).member("at", message.at);
    json.member("level", text_of(message.level)).member("text", message.text).end_object();
}

} // namespace escher
