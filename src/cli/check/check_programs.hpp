#pragma once

#include "app/findings.hpp"
#include "config/config.hpp"

#include <escher/store.hpp>

namespace escher::cli {

/// Looks at what the config names on this machine: the programs of the tasks, the accounts that jobs run as.
void check_programs(const Config& config, Findings& findings);

/// By what it shows whether ticks are started.
struct TickSigns {
    std::optional<TickRecord> last; ///< the newest
    bool lives = false; ///< one holds or awaits the lock
};

/// Looks at whether ticks are started. `crontab_line` is shown where they are not.
void check_cron(const Config& config, const TickSigns& signs, Time now, const std::string& crontab_line,
                Findings& findings);

} // namespace escher::cli
