#pragma once

#include "app/eta.hpp"
#include "terminal/live_block.hpp"
#include "terminal/look.hpp"
#include "tick/tick_events.hpp"
#include "json/once_json.hpp"

#include <chrono>
#include <map>
#include <string>

namespace escher::cli {

/// Narrates a tick by hand: on a terminal a live block with a line for each running job and, above it, one for each
/// that has ended; otherwise a plain line with the time for each start and end.
class OnceDisplay {
public:
    /// `quiet`: only warnings are shown. `store` is read for progress; null: none is shown.
    OnceDisplay(Look look, bool quiet, Store* store, Clock now, LiveBlock::Write write);

    /// For run_tick; refers to this object.
    [[nodiscard]] TickEvents events();

    /// Wipes the live block; call when the tick is over.
    void finish();

    [[nodiscard]] const std::vector<EndedJob>& ended() const { return ended_; }

private:
    struct Running {
        Claim claim;
        Time since{};
        EtaEstimate estimate;
        std::optional<Progress> progress;
    };

    void on_start(const Claim& claim);
    void on_end(const Claim& claim, const RunFinished& end);
    void on_warning(const std::string& text);
    void on_wake();
    void line(const std::string& text);
    void read_progress();
    void draw();

    Look look_;
    bool quiet_;
    Store* store_;
    Clock now_;
    LiveBlock::Write write_;
    LiveBlock block_;
    std::map<RunId, Running> running_;
    std::vector<EndedJob> ended_;
    std::optional<Time> drawn_at_;
};

/// "3.2 s", "2 m 5 s": how long a run took.
[[nodiscard]] std::string describe_run_time(Duration took);

/// What is said of a job that ended: "completed", "failed: exit status 3", "will be retried in 16 s: exit status 1".
[[nodiscard]] std::string describe_end(const RunFinished& end);

/// What the process exits with after a tick.
[[nodiscard]] int exit_status_of(const TickReport& report, bool by_hand);

} // namespace escher::cli
