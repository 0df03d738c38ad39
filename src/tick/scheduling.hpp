#pragma once

#include "config/config.hpp"

#include <escher/store.hpp>

namespace escher {

/// Who asks: what the evaluation of schedules depends on besides config, store and time.
struct ScheduleHost {
    std::string host;
    std::string boot_id;
};

/// Decides every due time up to `now` and records it, with the jobs that it creates. Returns warnings for people.
/// Does nothing without schedules.
std::vector<std::string> schedule_due(Store& store, const Config& config, const ScheduleHost& host, Time now);

} // namespace escher
