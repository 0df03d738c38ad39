#pragma once

#include <escher/job.hpp>
#include <escher/policy.hpp>

#include <memory>

namespace escher {

class Zone; // core/zone.hpp

/// A cron expression, parsed: bit n of a set stands for the value n. Semantics are Debian cron's, crontab(5).
struct CronFields {
    std::uint64_t minutes = 0; ///< bits 0 to 59
    std::uint32_t hours = 0; ///< bits 0 to 23
    std::uint32_t days = 0; ///< of the month: bits 1 to 31
    std::uint16_t months = 0; ///< bits 1 to 12
    std::uint8_t weekdays = 0; ///< bits 0 (Sunday) to 6; 7 is folded into 0
    bool minute_star = false; ///< the field's first character is '*'
    bool hour_star = false;
    bool day_star = false; ///< with weekday_star: if neither is a star, either may match, else both must
    bool weekday_star = false;

    bool operator==(const CronFields&) const = default;
};

/// Every `period` of elapsed time, counted from 1970-01-01T00:00Z; at least one minute.
struct Every {
    Duration period{};

    bool operator==(const Every&) const = default;
};

/// Once per boot.
struct AtReboot {
    bool operator==(const AtReboot&) const = default;
};

using Recurrence = std::variant<CronFields, Every, AtReboot>;

/// What is done for due times that passed while no tick ran.
enum class CatchUp {
    none, ///< nothing
    latest, ///< one job for all of them
    all, ///< a job for each, the oldest first, at most 1000
};

/// What is done at a due time while a job of the same schedule is unfinished.
enum class Overlap {
    skip,
    queue, ///< one may wait behind it
    allow,
    replace, ///< the unfinished one is cancelled
};

/// `[schedule.NAME]`, validated.
struct Schedule {
    std::string name;
    Recurrence recurrence;
    std::string text; ///< the recurrence as it is written, blanks squeezed
    std::string zone_name; ///< IANA, or "local"
    std::shared_ptr<const Zone> zone; ///< never null
    TaskCall call; ///< a schedule with an argv of its own calls the implicit task "schedule:NAME"
    CatchUp catch_up = CatchUp::latest;
    std::optional<Duration> deadline; ///< a job that could start only later than this after its due time is skipped
    Overlap overlap = Overlap::skip;
    Duration jitter{}; ///< up to this is added to the due time, by a hash of host, schedule and due time
    bool enabled = true;
};

} // namespace escher
