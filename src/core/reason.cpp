#include "core/reason.hpp"

#include "core/cron_health.hpp"
#include "core/duration.hpp"
#include "core/id_text.hpp"
#include "core/load_limit.hpp"
#include "core/selection.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace escher {

namespace {

/// One decimal; below 1 two significant digits, as a small limit would else read 0.0.
std::string one_decimal(double value)
{
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), value < 1 ? "%.2g" : "%.1f", value);
    return text.data();
}

std::string waits_for(const std::vector<Dependency>& dependencies)
{
    constexpr std::size_t shown = 5;
    std::string text = "waits for job";
    for (std::size_t i = 0; i < std::min(dependencies.size(), shown); ++i)
        text += (i == 0 ? " " : ", ") + to_text(dependencies[i].needs);
    if (dependencies.size() > shown)
        text += " and " + std::to_string(dependencies.size() - shown) + " more";
    const bool any_end =
        std::all_of(dependencies.begin(), dependencies.end(), [](const auto& d) { return d.any_end; });
    return text + (any_end ? " to end" : " to complete");
}

Duration until_next_tick(Time now)
{
    return std::chrono::ceil<std::chrono::minutes>(now + Duration(1)) - now;
}

/// When the job at this position should start, if how long such jobs take is known.
std::optional<Time> estimated_start(const Circumstances& circumstances, Time next_tick)
{
    const int slots = std::max(circumstances.limits.concurrency, 1);
    const int free = std::max(slots - circumstances.taken.running, 0);
    if (!circumstances.position)
        return std::nullopt;
    if (*circumstances.position <= free)
        return next_tick;
    if (!circumstances.usual_duration)
        return std::nullopt;
    const int waves = (*circumstances.position - free + slots - 1) / slots;
    return next_tick + waves * *circumstances.usual_duration;
}

/// ", position 3, estimated start 14:05", as far as that is known.
std::string position_in_line(const Circumstances& circumstances, Time next_tick)
{
    std::string text;
    if (circumstances.position)
        text += ", position " + std::to_string(*circumstances.position);
    if (const auto start = estimated_start(circumstances, next_tick); start && circumstances.clock)
        text += ", estimated start " + circumstances.clock(*start);
    return text;
}

std::optional<std::string> load_obstacle(std::optional<double> load, std::optional<double> max_load)
{
    switch (load_standing(load, max_load)) {
    case LoadStanding::low:
        return std::nullopt;
    case LoadStanding::high:
        return "load " + one_decimal(*load) + " over " + one_decimal(*max_load);
    case LoadStanding::unknown:
        return "the load of this machine is not known, and nothing starts over " + one_decimal(*max_load);
    }
    return std::nullopt;
}

std::string reason_of_waiting(const Job& job, const Circumstances& circumstances, Time now)
{
    if (!job.waits_for.empty())
        return waits_for(job.waits_for);
    if (circumstances.rejection)
        if (const auto rejection = circumstances.rejection(job))
            return "the next tick will refuse it: " + *rejection;
    if (const auto trouble = cron_trouble(circumstances.last_tick, circumstances.tick_lives, now))
        return *trouble;
    const std::string queue = job.queue.value_or("default");
    if (const auto obstacle = queue_obstacle(queue, circumstances.limits, circumstances.taken, now))
        return *obstacle;
    if (const auto obstacle = key_obstacle(queue, job.concurrency_key, circumstances.limits, circumstances.taken))
        return *obstacle;
    const Duration wait = circumstances.tick_lives ? Duration(0) : until_next_tick(now);
    const std::string position = position_in_line(circumstances, now + wait);
    if (const auto obstacle = slot_obstacle(circumstances.limits, circumstances.taken))
        return *obstacle + position;
    if (const auto obstacle = load_obstacle(circumstances.load, circumstances.max_load))
        return *obstacle;
    if (circumstances.tick_lives)
        return "a tick is about to start it" + position;
    return "next tick in " + describe_duration(wait) + position;
}

std::string at_time(Time time, const Circumstances& circumstances, Time now)
{
    const std::string in = "in " + describe_duration(time - now);
    return circumstances.clock ? circumstances.clock(time) + " (" + in + ")" : in;
}

} // namespace

std::string reason_of(const Job& job, const Circumstances& circumstances, Time now)
{
    switch (job.state) {
    case JobState::running:
        if (circumstances.elsewhere && circumstances.elsewhere(job))
            return "runs on another host, which has a lock file of its own: only a tick there can tell its end";
        if (circumstances.unsupervised)
            return *circumstances.unsupervised;
        return job.cancel_requested_at ? "is being cancelled" : "";
    case JobState::completed:
        return "";
    case JobState::failed:
    case JobState::cancelled:
    case JobState::invalid:
        return job.reason;
    case JobState::scheduled:
        if (job.run_at > now)
            return "scheduled for " + at_time(job.run_at, circumstances, now);
        break;
    case JobState::retryable:
        if (job.run_at > now)
            return (job.reason.empty() ? "" : job.reason + "; ") + "next attempt " +
                   at_time(job.run_at, circumstances, now);
        break;
    case JobState::available:
        break;
    }
    return reason_of_waiting(job, circumstances, now);
}

} // namespace escher
