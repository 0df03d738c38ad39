#pragma once

#include "fake_clock.hpp"

#include <escher/executor.hpp>

#include <deque>
#include <set>

namespace escher::test {

/// Runs nothing: says of each start what the test scripted, and ends runs when the test says so, at fake times.
class FakeExecutor : public Executor {
public:
    explicit FakeExecutor(FakeClock& clock) : clock_(clock) {}

    /// How a run of this job ends, `after` its start. A job without a script exits 0 at once.
    void script(JobId job, Outcome outcome, Duration after = {})
    {
        scripts_[job].push_back({std::move(outcome), after});
    }

    std::map<JobId, std::deque<StartResult>> start_results; ///< instead of Started
    std::map<RunId, Liveness> others; ///< what examine() says; unscripted: doubtful
    std::function<void()> before_wait; ///< the world moves on while the tick waits
    std::optional<int> signal;
    std::vector<LaunchSpec> started;
    std::vector<RunId> killed_remains;
    bool remains_outlive_kill = false;
    std::vector<std::pair<RunId, bool>> stopped; ///< run, by_shutdown
    std::vector<std::string> discarded;
    std::size_t most_running = 0;
    std::vector<Duration> waits;

    StartResult start(const LaunchSpec& spec, const Claim&) override
    {
        if (auto& results = start_results[spec.job]; !results.empty()) {
            StartResult result = std::move(results.front());
            results.pop_front();
            return result;
        }
        started.push_back(spec);
        Script script{Exited{0}, {}};
        if (auto& scripts = scripts_[spec.job]; !scripts.empty()) {
            script = scripts.front();
            scripts.pop_front();
        }
        running_[spec.run] = {script.outcome, clock_.now() + script.after};
        owned_.insert(spec.run);
        most_running = std::max(most_running, running_.size());
        return Started{{1000 + static_cast<std::int64_t>(spec.run), 1, "boot"}};
    }

    std::vector<RunEnded> wait(Duration at_most) override
    {
        waits.push_back(at_most);
        if (before_wait)
            before_wait();
        // Time passes up to the first end inside `at_most`, or all of it.
        Time until = clock_.now() + at_most;
        for (const auto& [run, end] : running_)
            until = std::min(until, std::max(end.at, clock_.now()));
        clock_.set(until);
        std::vector<RunEnded> ended;
        for (const auto& [run, end] : running_)
            if (end.at <= clock_.now())
                ended.push_back({run, end.outcome, {}, {}});
        for (const auto& run : ended)
            running_.erase(run.run);
        return ended;
    }

    void stop(RunId run, Duration, bool by_shutdown) override
    {
        stopped.emplace_back(run, by_shutdown);
        if (running_.contains(run))
            running_[run] = {Cancelled{by_shutdown}, clock_.now()};
    }

    void release(RunId run) override { owned_.erase(run); }
    [[nodiscard]] std::size_t running() const override { return running_.size(); }
    [[nodiscard]] bool owns(RunId run) const override { return owned_.contains(run); }
    [[nodiscard]] std::optional<int> stop_signal() const override { return signal; }

    [[nodiscard]] Liveness examine(const Run& run) const override
    {
        const auto found = others.find(run.id);
        return found == others.end() ? Liveness::doubtful : found->second;
    }

    void kill_remains(const Run& run) override
    {
        killed_remains.push_back(run.id);
        if (!remains_outlive_kill)
            others[run.id] = Liveness::dead;
    }

    void discard_output(std::span<const std::string> names) override
    {
        discarded.insert(discarded.end(), names.begin(), names.end());
    }

private:
    struct Script {
        Outcome outcome;
        Duration after{};
    };
    struct End {
        Outcome outcome;
        Time at{};
    };

    FakeClock& clock_;
    std::map<JobId, std::deque<Script>> scripts_;
    std::map<RunId, End> running_;
    std::set<RunId> owned_;
};

} // namespace escher::test
