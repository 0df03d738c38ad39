#include "tick/tick.hpp"

#include "core/load_limit.hpp"
#include "tick/cadence.hpp"
#include "tick/claim_request.hpp"
#include "tick/live_runs.hpp"
#include "tick/orphans.hpp"
#include "tick/pruning.hpp"
#include "tick/scheduling.hpp"

#include <algorithm>
#include <limits>

namespace escher {

namespace {

using namespace std::chrono_literals;

constexpr int most_store_failures = 60; // in a row, a second apart, while results wait to be recorded

ClaimRequest whole_request(const Config& config, const TickSetup& setup)
{
    ClaimRequest request = claim_request(config, setup.self);
    request.limits.outer_runs = setup.outer_runs;
    return request;
}

class Tick {
public:
    Tick(Store& store, Executor& jobs, TickLock& lock, const Config& config, const TickSetup& setup, const Clock& now,
         const TickEvents& events)
        : store_(store), jobs_(jobs), lock_(lock), config_(config), setup_(setup), now_(now), events_(events),
          whole_request_(whole_request(config, setup)), runs_(jobs, config, setup, now, events),
          cadence_(now(), setup.linger, config.run.shutdown_grace)
    {
    }

    TickReport run()
    {
        begin();
        do {
            cadence_.heed_clock(now_(), runs_.last_activity());
            heed_stop_signal();
            keep_lock();
            Duration sleep{};
            try {
                look_at_database();
                recover();
                schedule();
                start(settle());
                if (holds_lock_ && cadence_.may_keep_house(now_()))
                    keep_house();
                store_failures_ = 0;
                sleep = next_wakeup();
            } catch (const Error& error) {
                sleep = bear(error);
            }
            runs_.finish(jobs_.wait(sleep));
            if (events_.woke)
                events_.woke();
        } while (busy() || lingers() || more_to_do());
        return std::move(report_);
    }

private:
    void begin()
    {
        auto& record = report_.record;
        record.started_at = now_();
        record.pid = setup_.self.process.pid;
        record.version = setup_.version;
        record.id = store_.begin_tick(record);
    }

    void warn(const std::string& text)
    {
        if (std::find(said_.begin(), said_.end(), text) != said_.end())
            return;
        said_.push_back(text);
        report_.record.error = text;
        if (events_.warning)
            events_.warning(text);
    }

    void keep_lock()
    {
        try {
            holds_lock_ = holds_lock_ && lock_.still_ours();
        } catch (const Error& error) {
            // No sign of a newer tick. If there is one, it waits, and says so if it waits for long.
            warn(error.what());
        }
        if (!holds_lock_) {
            orphans_.leave();
            waits_for_older_ticks_ = false;
        }
    }

    void heed_stop_signal()
    {
        const auto signal = jobs_.stop_signal();
        if (!signal || report_.stopped_by)
            return;
        report_.stopped_by = signal;
        cadence_.stop(now_());
        if (holds_lock_)
            lock_.release();
        holds_lock_ = false;
        runs_.stop_all();
    }

    void look_at_database()
    {
        const bool changed = store_.changed();
        if (changed)
            cadence_.look_now();
        look_for_cancels_ = look_for_cancels_ || changed;
        if (!look_for_cancels_ || runs_.empty())
            return;
        runs_.cancel(store_.cancel_requests(setup_.self.host));
        look_for_cancels_ = false;
    }

    /// Looks after runs whose ticks died. Only the holder does, or two might retry one job.
    void recover()
    {
        if (!holds_lock_ || !cadence_.may_recover(now_()))
            return;
        const OrphanLook look =
            orphans_.look(store_.running_jobs(setup_.self.host), jobs_, config_, setup_.self, now_(), runs_.draw());
        for (const auto& report : look.reports)
            report_.record.recovered += runs_.report(report) ? 1 : 0;
        for (const auto& warning : look.warnings)
            warn(warning);
        cadence_.recovered(now_(), orphans_.awaited());
    }

    void schedule()
    {
        const Time now = now_();
        if (!holds_lock_ || !cadence_.may_schedule(now))
            return;
        for (const auto& warning : schedule_due(store_, config_, {setup_.host, setup_.boot_id}, now))
            warn(warning);
        cadence_.scheduled(now);
        cadence_.look_now();
        look_for_cancels_ = true; // a job may have been replaced, by this very connection
    }

    /// Prunes and checkpoints. Not only at the end: under a steady load no tick ends while it holds the lock.
    void keep_house()
    {
        const Time now = now_();
        const int ended = report_.record.completed + report_.record.failed;
        report_.record.pruned += prune(store_, jobs_, config_.retention, ended > ended_at_pruning_, now);
        ended_at_pruning_ = ended;
        if (const auto warning = store_.maintain(); !warning.empty())
            warn(warning);
        cadence_.kept_house(now);
    }

    [[nodiscard]] bool may_claim(Time now)
    {
        if (!holds_lock_ || cadence_.rests(now))
            return false;
        return load_standing(known_load(), config_.run.max_load) == LoadStanding::low;
    }

    /// None: it is not known, or nobody asks. Results are recorded all the same.
    std::optional<double> known_load()
    try {
        return config_.run.max_load && setup_.load ? std::optional(setup_.load()) : std::nullopt;
    } catch (const Error& error) {
        warn(error.what());
        return std::nullopt;
    }

    [[nodiscard]] ClaimRequest request_at(Time now)
    {
        ClaimRequest request = whole_request_;
        const int running = static_cast<int>(jobs_.running());
        request.slots = may_claim(now) ? std::max(config_.run.concurrency - running, 0) : 0;
        return request;
    }

    /// Records what is waiting to be recorded and claims what may start.
    std::vector<Claim> settle()
    {
        const Time now = now_();
        if (!cadence_.may_look(now) && runs_.reports().empty())
            return {};
        const ClaimRequest request = request_at(now);
        if (request.slots == 0 && runs_.reports().empty()) {
            cadence_.had_no_slot(now);
            return {};
        }
        Settled settled = store_.settle_and_claim(runs_.reports(), request, now);
        runs_.close_reports(report_);
        cadence_.looked(now, store_.next_due());
        report_.record.claimed += static_cast<int>(settled.claims.size());
        return std::move(settled.claims);
    }

    void start(std::vector<Claim> claims)
    {
        std::string trouble;
        if (may_start(claims, trouble))
            trouble = runs_.start(std::move(claims));
        if (!trouble.empty()) {
            cadence_.rest(now_());
            warn(trouble);
        }
    }

    /// False: they are taken back, and `trouble` says why.
    [[nodiscard]] bool may_start(const std::vector<Claim>& claims, std::string& trouble)
    {
        if (claims.empty() || !setup_.note_claims)
            return true;
        try {
            const auto held = setup_.note_claims(claims);
            if (!held)
                return true;
            trouble = *held;
            report_.held = true;
            // As if a newer tick had come: this one sees its jobs home.
            lock_.release();
            holds_lock_ = false;
        } catch (const Error& error) {
            trouble = error.what();
        }
        for (const Claim& claim : claims)
            runs_.report(RunUndone{claim.run});
        return false;
    }

    /// The store failed. Nothing is inferred from that: the same reports are given again, and claims that may have
    /// become durable are found by recover(). Returns how long to wait before the next attempt.
    Duration bear(const Error& error)
    {
        warn(error.what());
        if (runs_.empty() && jobs_.running() == 0)
            throw;
        if (jobs_.running() == 0 && !may_wait_for_store(error))
            throw Error(error.kind(), error.what() + ("; " + describe_unrecorded()));
        cadence_.look_now();
        cadence_.recover_now();
        const bool only_results = report_.stopped_by && jobs_.running() == 0;
        return only_results ? std::min(cadence_.grace_left(now_()), Cadence::longest_wait) : Cadence::longest_wait;
    }

    /// With results in hand, and nothing else.
    [[nodiscard]] bool may_wait_for_store(const Error& error)
    {
        if (report_.stopped_by)
            return cadence_.grace_left(now_()) > 0ms;
        // A disk that is full or a writer that does not end may pass; a file that is gone will not come back.
        const bool may_pass = error.kind() != ErrorKind::unavailable && error.kind() != ErrorKind::permission;
        return may_pass || ++store_failures_ <= most_store_failures;
    }

    [[nodiscard]] std::string describe_unrecorded() const
    {
        const auto count = runs_.size();
        return count == 1 ? "1 result was not recorded: the next tick finds this run lost"
                          : std::to_string(count) + " results were not recorded: the next tick finds these runs lost";
    }

    [[nodiscard]] Duration next_wakeup() const
    {
        if (!runs_.only_starts_to_report())
            return 0ms; // a result is in hand: a slot is free
        if (!runs_.reports().empty() || orphans_.awaited() || lingers())
            return Cadence::settling_wait;
        return runs_.empty() && !waits_for_older_ticks_ ? 0ms : cadence_.until_look(now_());
    }

    [[nodiscard]] bool busy() const { return !runs_.empty() || !runs_.reports().empty() || orphans_.awaited(); }

    [[nodiscard]] bool lingers() const { return holds_lock_ && !report_.stopped_by && cadence_.lingers(now_()); }

    /// With nothing left to do: closes the books, lets the lock go, and looks once more, so that a job whose creator saw
    /// the lock held is not left behind.
    bool more_to_do()
    {
        const bool waited = std::exchange(waits_for_older_ticks_, false);
        const bool older = older_ticks_live();
        if (older && setup_.stays)
            return waits_for_older_ticks_ = true;
        if (holds_lock_ && due())
            return look_again();
        if (older && older_ticks_are_in_the_way())
            return waits_for_older_ticks_ = true;
        if (waited && holds_lock_) {
            cadence_.recover_now(); // the last of them has ended, or has died
            return true;
        }
        close_books();
        if (!holds_lock_)
            return false;
        lock_.release();
        holds_lock_ = due() && lock_.retake();
        return holds_lock_ && look_again();
    }

    bool look_again()
    {
        cadence_.look_now();
        return true;
    }

    [[nodiscard]] bool due()
    {
        const Time now = now_();
        const ClaimRequest request = request_at(now);
        return request.slots > 0 && store_.has_due(request, now);
    }

    /// True if this tick claims and an older one still sees jobs home. That one claims nothing any more: while a run lives,
    /// some tick is to. A run that is orphaned or doubtful has no tick, and those around this one wait for it.
    [[nodiscard]] bool older_ticks_live()
    {
        if (!holds_lock_ || report_.stopped_by)
            return false;
        const auto running = store_.running_jobs(setup_.self.host);
        return std::any_of(running.begin(), running.end(), [this](const RunningJob& other) {
            return !is_outer(other.run.id) && jobs_.examine(other.run) == Liveness::supervised;
        });
    }

    /// True if jobs wait for nothing but slots that runs of older ticks hold: if this one left, the slots would stay
    /// empty until the next minute's tick.
    [[nodiscard]] bool older_ticks_are_in_the_way()
    {
        const Time now = now_();
        if (!may_claim(now))
            return false;
        ClaimRequest request = whole_request_;
        request.slots = 1;
        request.limits.concurrency = std::numeric_limits<int>::max();
        for (auto& [name, limits] : request.limits.queues) {
            limits.concurrency.reset();
            limits.per_key = std::numeric_limits<int>::max();
        }
        request.limits.default_per_key = std::numeric_limits<int>::max();
        return store_.has_due(request, now);
    }

    [[nodiscard]] bool is_outer(RunId run) const
    {
        return std::find(setup_.outer_runs.begin(), setup_.outer_runs.end(), run) != setup_.outer_runs.end();
    }

    void close_books()
    {
        auto& record = report_.record;
        if (holds_lock_)
            keep_house();
        record.ended_at = now_();
        store_.end_tick(record);
    }

    Store& store_;
    Executor& jobs_;
    TickLock& lock_;
    const Config& config_;
    const TickSetup& setup_;
    const Clock& now_;
    const TickEvents& events_;
    const ClaimRequest whole_request_; ///< with all slots free

    LiveRuns runs_;
    Orphans orphans_;
    Cadence cadence_;
    TickReport report_;
    bool holds_lock_ = true;
    bool look_for_cancels_ = true;
    bool waits_for_older_ticks_ = false; ///< as long as their jobs run; it has none itself
    int ended_at_pruning_ = 0;
    int store_failures_ = 0; ///< in a row, with nothing but results in hand
    std::vector<std::string> said_; ///< each warning once
};

} // namespace

TickReport run_tick(Store& store, Executor& jobs, TickLock& lock, const Config& config, const TickSetup& setup,
                    const Clock& now, const TickEvents& events)
{
    return Tick(store, jobs, lock, config, setup, now, events).run();
}

} // namespace escher
