#pragma once

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace escher::test {

/// The names of an object's members, in the order in which they are written.
inline std::vector<std::string> members(const nlohmann::ordered_json& object)
{
    std::vector<std::string> names;
    for (const auto& [name, value] : object.items())
        names.push_back(name);
    return names;
}

using Members = std::vector<std::string>;

} // namespace escher::test
