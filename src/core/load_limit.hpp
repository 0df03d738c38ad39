#pragma once

#include <optional>

namespace escher {

/// How the load of the machine stands to run.max_load.
enum class LoadStanding {
    low, ///< jobs may be started; also where there is no limit
    high,
    unknown, ///< which is not low: nothing is started
};

/// Both are averages of one minute. `load`: none: not known. `max_load`: none: no limit, whatever the load.
[[nodiscard]] constexpr LoadStanding load_standing(std::optional<double> load, std::optional<double> max_load)
{
    if (!max_load)
        return LoadStanding::low;
    if (!load)
        return LoadStanding::unknown;
    return *load > *max_load ? LoadStanding::high : LoadStanding::low;
}

} // namespace escher
