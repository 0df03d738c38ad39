#include "cli/command.hpp"

namespace escher::cli {

std::optional<std::string> Arguments::value(const std::string& name) const
{
    const auto found = options.find(name);
    if (found == options.end() || found->second.empty())
        return std::nullopt;
    return found->second.back();
}

std::vector<std::string> Arguments::values(const std::string& name) const
{
    const auto found = options.find(name);
    return found == options.end() ? std::vector<std::string>() : found->second;
}

} // namespace escher::cli
