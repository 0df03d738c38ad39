#include "app/find_schedule.hpp"

#include "core/suggest.hpp"

#include <algorithm>

namespace escher {

const Schedule* find_schedule(const Config& config, const std::string& name)
{
    const auto found = std::ranges::find(config.schedules, name, &Schedule::name);
    return found == config.schedules.end() ? nullptr : &*found;
}

std::string no_such_schedule(const Config& config, const std::string& name)
{
    std::vector<std::string> known;
    for (const Schedule& schedule : config.schedules)
        known.push_back(schedule.name);
    return "there is no [schedule." + name + "] in the config" + did_you_mean(name, known);
}

} // namespace escher
