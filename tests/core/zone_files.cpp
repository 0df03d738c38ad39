#include "zone_files.hpp"

#include "core/time_text.hpp"

#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>

namespace escher::test {

std::string zone_file(const std::string& name)
{
    std::ifstream file("/usr/share/zoneinfo/" + name, std::ios::binary);
    std::ostringstream contents;
    contents << file.rdbuf();
    if (!file || contents.str().empty())
        throw std::runtime_error("cannot read the zone file of " + name + ": install tzdata");
    return contents.str();
}

std::shared_ptr<const Zone> zone(const std::string& name)
{
    static std::map<std::string, std::shared_ptr<const Zone>> known;
    auto& zone = known[name];
    if (!zone)
        zone = std::make_shared<const Zone>(name == "UTC" ? Zone::utc() : Zone::from_tzif(zone_file(name)));
    return zone;
}

Time at(const std::string& text)
{
    const auto time = parse_time(text, Time{}, Zone::utc());
    if (!time)
        throw std::runtime_error("not a time: " + text);
    return *time;
}

} // namespace escher::test
