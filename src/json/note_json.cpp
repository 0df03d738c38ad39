#include "json/note_json.hpp"

namespace escher {

void write_note(JsonWriter& json, const Note& note)
{
    json.begin_object().member("key", note.key).key("value").raw(note.value).member("at", note.at).end_object();
}

} // namespace escher
