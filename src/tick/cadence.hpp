#pragma once

#include <escher/time.hpp>

#include <optional>

namespace escher {

/// When a tick does what it does only now and then. All of it goes by the wall clock, and none of it waits for a clock
/// that was set back to come by again.
class Cadence {
public:
    static constexpr Duration longest_wait = std::chrono::seconds(1); ///< a newer tick is noticed within this
    static constexpr Duration settling_wait = std::chrono::milliseconds(100); ///< for company before a flush

    /// A tick that begins. It stays `linger` after its last activity, and `grace` after a stop signal.
    Cadence(Time now, Duration linger, Duration grace);

    /// At each turn, before anything else. `active`: when something was last started or ended.
    void heed_clock(Time now, std::optional<Time> active);

    /// Looking for jobs that may start: at once if asked for, when the next job falls due, and every few seconds for
    /// what changes without a commit: rates, pauses, the load.
    [[nodiscard]] bool may_look(Time now) const { return now >= next_look_; }
    void look_now() { next_look_ = {}; }
    void looked(Time now, std::optional<Time> next_due);
    void had_no_slot(Time now) { next_look_ = now + longest_wait; } // a run that ends, or the load, brings one

    /// How long to sleep if there is nothing but looking to be done.
    [[nodiscard]] Duration until_look(Time now) const;

    /// Claiming rests for a while after nothing could be started.
    void rest(Time now);
    [[nodiscard]] bool rests(Time now) const { return now < rests_until_; }

    /// Looking after the runs of dead ticks: soon again if there are orphans to be awaited.
    [[nodiscard]] bool may_recover(Time now) const { return now >= next_recovery_; }
    void recover_now() { next_recovery_ = {}; }
    void recovered(Time now, bool awaits_orphans);

    /// Schedules are evaluated once in each minute.
    [[nodiscard]] bool may_schedule(Time now) const;
    void scheduled(Time now);

    [[nodiscard]] bool may_keep_house(Time now) const { return now >= next_housekeeping_; }
    void kept_house(Time now);

    /// There was a stop signal.
    void stop(Time now) { stops_at_ = now + grace_; }

    /// What is left of the grace after the signal; zero: it is over.
    [[nodiscard]] Duration grace_left(Time now) const;

    [[nodiscard]] bool lingers(Time now) const { return now - lingers_since_ < linger_; }

private:
    Duration linger_;
    Duration grace_;
    Time latest_; ///< that the clock has read
    Time next_look_{};
    Time rests_until_{};
    Time next_recovery_{};
    Time next_housekeeping_;
    Time lingers_since_;
    Time stops_at_{};
    std::optional<std::chrono::sys_time<std::chrono::minutes>> scheduled_minute_;
};

} // namespace escher
