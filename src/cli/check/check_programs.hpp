#pragma once

#include "cli/check/findings.hpp"
#include "config/config.hpp"

#include <escher/store.hpp>

namespace escher::cli {

/// Looks at what the config names on this machine: the programs of the tasks, the accounts that jobs run as.
void check_programs(const Config& config, Findings& findings);

/// Looks at whether ticks are started. `crontab_line` is shown where they are not.
void check_cron(const Config& config, const std::optional<TickRecord>& last_tick, Time now,
                const std::string& crontab_line, Findings& findings);

} // namespace escher::cli
