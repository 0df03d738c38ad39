#include "app/plan.hpp"

#include "core/load_limit.hpp"
#include "core/reason.hpp"
#include "tick/claim_request.hpp"
#include "tick/launch.hpp"
#include "tick/scheduling.hpp"

#include <algorithm>
#include <limits>

namespace escher {

namespace {

std::vector<Job> jobs_in(Store& store, JobState state)
{
    JobFilter filter;
    filter.state = state;
    filter.limit = std::numeric_limits<int>::max();
    return store.list(filter);
}

std::set<JobId> unfinished_ids(Store& store)
{
    std::set<JobId> ids;
    for (const JobState state : {JobState::scheduled, JobState::available, JobState::running, JobState::retryable})
        for (const Job& job : jobs_in(store, state))
            ids.insert(job.id);
    return ids;
}

/// Due times of schedules decided just now: those on record that were not before.
std::vector<Occurrence> decided_at(Store& store, const Config& config, Time at)
{
    constexpr int most = 1000; // what catch_up = "all" creates at most
    std::vector<Occurrence> decided;
    for (const Schedule& schedule : config.schedules) {
        auto newest = store.occurrences(schedule.name, most);
        std::reverse(newest.begin(), newest.end());
        for (auto& occurrence : newest)
            if (occurrence.decided_at == at)
                decided.push_back(std::move(occurrence));
    }
    return decided;
}

/// Why a job that would not start waits, as the tick sees it after its claims.
class Reasons {
public:
    Reasons(Store& store, const Config& config, const PlanWorld& world, Time at) : at_(at)
    {
        circumstances_.limits = selection_limits(config);
        circumstances_.taken = store.occupancy(circumstances_.limits, at);
        circumstances_.tick_lives = true; // the one that is being planned
        circumstances_.max_load = config.run.max_load;
        if (config.run.max_load)
            circumstances_.load = world.load;
        circumstances_.clock = world.clock;
    }

    std::string of(const Job& job) const { return reason_of(job, circumstances_, at_); }

private:
    Circumstances circumstances_;
    Time at_;
};

/// What a tick does while it holds still.
Plan held_plan(Store& copy, const std::string& held, Time at)
{
    Plan plan{.at = at, .jobs = {}, .occurrences = {}, .warnings = {held}};
    for (const JobState state : {JobState::running, JobState::available, JobState::retryable, JobState::scheduled})
        for (Job& job : jobs_in(copy, state)) {
            const bool runs = state == JobState::running;
            plan.jobs.push_back({.job = std::move(job),
                                 .action = runs ? PlannedJob::Action::run : PlannedJob::Action::wait,
                                 .reason = runs ? "" : "held"});
        }
    std::ranges::sort(plan.jobs, {}, [](const PlannedJob& planned) { return planned.job.id; });
    return plan;
}

} // namespace

Plan make_plan(Store& copy, const Config& config, const PlanWorld& world, Time at)
{
    Plan plan{.at = at, .jobs = {}, .occurrences = {}, .warnings = {}};
    if (world.held)
        return held_plan(copy, *world.held, at);
    const std::set<JobId> known = unfinished_ids(copy);
    std::set<JobId> running;
    std::map<JobId, std::string> unsupervised;
    for (const RunningJob& running_job : copy.running_jobs(std::nullopt)) {
        running.insert(running_job.job.id);
        if (world.unsupervised)
            if (auto why = world.unsupervised(running_job.run))
                unsupervised.emplace(running_job.job.id, std::move(*why));
    }

    plan.warnings = schedule_due(copy, config, {world.host, world.boot_id}, at);
    plan.occurrences = decided_at(copy, config, at);

    const bool may_claim = load_standing(world.load, config.run.max_load) == LoadStanding::low;
    std::vector<RunReport> rejections;
    int started = 0;
    std::set<JobId> settled;
    do {
        ClaimRequest request = claim_request(config, world.runner);
        request.slots = may_claim ? std::max(config.run.concurrency - started, 0) : 0;
        const Settled step = copy.settle_and_claim(rejections, request, at);
        rejections.clear();
        for (const Claim& claim : step.claims) {
            PlannedJob planned{.job = claim.job,
                               .action = PlannedJob::Action::start,
                               .reason = {},
                               .is_new = !known.contains(claim.job.id)};
            const auto decision = decide_launch(config, claim, at);
            if (const auto* rejected = std::get_if<RunRejected>(&decision)) {
                planned.action = PlannedJob::Action::refuse;
                planned.reason = rejected->reason;
                rejections.emplace_back(*rejected);
            } else {
                ++started;
            }
            settled.insert(claim.job.id);
            plan.jobs.push_back(std::move(planned));
        }
    } while (!rejections.empty());

    // Rows that the store itself finds unrunnable became invalid on the way.
    for (const JobId id : known) {
        if (settled.contains(id))
            continue;
        const auto job = copy.find(id);
        if (job && job->state == JobState::invalid) {
            settled.insert(id);
            plan.jobs.push_back({*job, PlannedJob::Action::refuse, job->reason, false});
        }
    }

    const Reasons reasons(copy, config, world, at);
    std::vector<PlannedJob> others;
    for (const JobState state : {JobState::running, JobState::available, JobState::retryable, JobState::scheduled})
        for (Job& job : jobs_in(copy, state)) {
            if (settled.contains(job.id))
                continue;
            const auto alone = unsupervised.find(job.id);
            if (alone != unsupervised.end()) {
                others.push_back({job, PlannedJob::Action::recover, alone->second, false});
                continue;
            }
            const bool runs = running.contains(job.id);
            others.push_back({.job = job,
                              .action = runs ? PlannedJob::Action::run : PlannedJob::Action::wait,
                              .reason = reasons.of(job),
                              .is_new = !known.contains(job.id)});
        }
    std::stable_sort(others.begin(), others.end(),
                     [](const PlannedJob& a, const PlannedJob& b) { return a.job.id < b.job.id; });
    std::move(others.begin(), others.end(), std::back_inserter(plan.jobs));
    return plan;
}

} // namespace escher
