#include "json/init_json.hpp"

#include "json/json_writer.hpp"

namespace escher {

std::string init_json(const std::string& database, std::span<const std::string> deeds)
{
    return json_document([&](JsonWriter& json) { json.member("database", database).array("done", deeds); });
}

} // namespace escher
