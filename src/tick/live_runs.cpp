#include "tick/live_runs.hpp"

#include "core/retry.hpp"
#include "tick/launch.hpp"

#include <algorithm>

namespace escher {

namespace {

RunId run_of(const RunReport& report)
{
    return std::visit([](const auto& one) { return one.run; }, report);
}

} // namespace

std::string LiveRuns::start(std::vector<Claim> claims)
{
    std::string trouble;
    for (auto& claim : claims) {
        last_activity_ = now_();
        auto decision = decide_launch(config_, claim, now_());
        if (auto* rejected = std::get_if<RunRejected>(&decision)) {
            reports_.emplace_back(std::move(*rejected));
            continue;
        }
        auto& [spec, policy] = std::get<Launch>(decision);
        tell_outer_runs(spec, setup_.outer_runs);
        const RunId run = claim.run;
        live_.insert_or_assign(run, Live{std::move(claim), std::move(policy)});
        // Before the start, so that no run seems shorter than it was.
        const Time began = now_();
        const Live& live = live_.at(run);
        if (auto why = take_start(live, jobs_.start(spec, live.claim), began); !why.empty())
            trouble = std::move(why);
    }
    return trouble;
}

std::string LiveRuns::take_start(const Live& live, const StartResult& result, Time began)
{
    const RunId run = live.claim.run;
    if (const auto* started = std::get_if<Started>(&result)) {
        reports_.emplace_back(RunStarted{run, started->process, began});
        if (events_.started)
            events_.started(live.claim);
        return {};
    }
    if (const auto* failure = std::get_if<NotStarted>(&result)) {
        finish({RunEnded{run, *failure, {}, {}}});
        return {};
    }
    live_.erase(run);
    if (const auto* refused = std::get_if<Refused>(&result)) {
        reports_.emplace_back(RunRejected{run, refused->reason, refused->state});
        return {};
    }
    reports_.emplace_back(RunUndone{run});
    return std::get<CannotStart>(result).why;
}

void LiveRuns::finish(const std::vector<RunEnded>& ended)
{
    const Time now = now_();
    for (const auto& run : ended) {
        const auto live = live_.find(run.run);
        if (live == live_.end())
            continue;
        last_activity_ = now;
        const auto& [claim, policy] = live->second;
        Transition next = after_run(run.outcome, claim.attempt, policy, now, draw());
        // Our own executor loses a run only where a process of it cannot be killed: no second one beside it.
        if (next.state == JobState::retryable && std::holds_alternative<Lost>(run.outcome))
            next = {JobState::failed, std::nullopt, describe(run.outcome), true};
        reports_.emplace_back(RunFinished{run.run, run.outcome, run.usage, run.output, now, next});
    }
}

bool LiveRuns::report(const RunReport& report)
{
    const auto same_run = [&](const RunReport& other) { return run_of(other) == run_of(report); };
    if (std::any_of(reports_.begin(), reports_.end(), same_run))
        return false;
    reports_.push_back(report);
    return true;
}

bool LiveRuns::only_starts_to_report() const
{
    return std::all_of(reports_.begin(), reports_.end(),
                       [](const RunReport& report) { return std::holds_alternative<RunStarted>(report); });
}

void LiveRuns::close_reports(TickReport& report)
{
    for (const auto& one : reports_)
        if (const auto* finished = std::get_if<RunFinished>(&one))
            close(*finished, report);
    reports_.clear();
}

void LiveRuns::close(const RunFinished& finished, TickReport& report)
{
    const auto live = live_.find(finished.run);
    if (live == live_.end())
        return; // of another tick
    jobs_.release(finished.run);
    if (events_.ended)
        events_.ended(live->second.claim, finished);
    live_.erase(live);
    const bool given_back = !finished.next.charge; // by a shutdown
    if (finished.next.state == JobState::completed)
        ++report.record.completed;
    else if (!given_back)
        ++report.record.failed;
}

void LiveRuns::cancel(const std::vector<RunId>& runs)
{
    for (const RunId run : runs)
        if (const auto live = live_.find(run); live != live_.end())
            jobs_.stop(run, live->second.policy.kill_after, false);
}

void LiveRuns::stop_all()
{
    for (const auto& [run, live] : live_)
        jobs_.stop(run, config_.run.shutdown_grace, true);
}

} // namespace escher
