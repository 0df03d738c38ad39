#include "core/retry.hpp"

#include "core/duration.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <csignal>
#include <cstring>

namespace escher {

namespace {

constexpr Duration longest_backoff = std::chrono::hours(24);

// strsignal(3) gives sentences and depends on the locale; people grep for the name.
constexpr std::array<std::pair<int, const char*>, 20> signal_names{{
    {SIGHUP, "SIGHUP"},   {SIGINT, "SIGINT"},   {SIGQUIT, "SIGQUIT"}, {SIGILL, "SIGILL"},   {SIGTRAP, "SIGTRAP"},
    {SIGABRT, "SIGABRT"}, {SIGBUS, "SIGBUS"},   {SIGFPE, "SIGFPE"},   {SIGKILL, "SIGKILL"}, {SIGUSR1, "SIGUSR1"},
    {SIGSEGV, "SIGSEGV"}, {SIGUSR2, "SIGUSR2"}, {SIGPIPE, "SIGPIPE"}, {SIGALRM, "SIGALRM"}, {SIGTERM, "SIGTERM"},
    {SIGXCPU, "SIGXCPU"}, {SIGXFSZ, "SIGXFSZ"}, {SIGSYS, "SIGSYS"},   {SIGIO, "SIGIO"},     {SIGVTALRM, "SIGVTALRM"},
}};

std::string signal_name(int signal)
{
    for (const auto& [number, name] : signal_names)
        if (number == signal)
            return name;
    return "signal " + std::to_string(signal);
}

struct Describe {
    std::string operator()(const Exited& exited) const { return "exit status " + std::to_string(exited.code); }

    std::string operator()(const Signaled& signaled) const
    {
        std::string text = "killed by " + signal_name(signaled.signal);
        if (signaled.out_of_memory)
            text += " (out of memory)";
        if (signaled.core)
            text += " (core dumped)";
        return text;
    }

    std::string operator()(const TimedOut&) const { return "timed out"; }

    std::string operator()(const Cancelled& cancelled) const
    {
        return cancelled.by_shutdown ? "cancelled by shutdown" : "cancelled";
    }

    std::string operator()(const NotStarted& failure) const
    {
        return "not started: " +
               (failure.message.empty() ? std::string(std::strerror(failure.error)) : failure.message);
    }

    std::string operator()(const Lost& lost) const
    {
        return lost.message.empty() ? "lost: its runner died, the result is unknown" : "lost: " + lost.message;
    }
};

} // namespace

Duration backoff_after(int attempt, const JobPolicy& policy, double jitter)
{
    Duration wait{};
    if (policy.backoff.empty()) {
        // Sidekiq's formula; beyond the cap the fourth power need not be computed (and could overflow).
        const std::int64_t n = std::clamp(attempt, 1, 20);
        wait = std::chrono::seconds(15 + n * n * n * n);
    } else {
        const auto index = static_cast<std::size_t>(std::max(attempt, 1) - 1);
        wait = policy.backoff[std::min(index, policy.backoff.size() - 1)];
    }
    wait = std::min(wait, longest_backoff);
    const double extra =
        static_cast<double>(wait.count()) * policy.jitter_percent / 100.0 * std::clamp(jitter, 0.0, 1.0);
    return std::min(wait + Duration(std::llround(extra)), longest_backoff);
}

Transition after_run(const Outcome& outcome, int attempt, const JobPolicy& policy, Time now, double jitter)
{
    if (succeeded(outcome))
        return {JobState::completed, std::nullopt, {}, true};
    if (const auto* cancelled = std::get_if<Cancelled>(&outcome)) {
        if (cancelled->by_shutdown)
            return {JobState::retryable, now, describe(outcome), false};
        return {JobState::cancelled, std::nullopt, "cancelled while running", true};
    }
    if (attempt > policy.retries)
        return {JobState::failed, std::nullopt, describe(outcome), true};
    return {JobState::retryable, now + backoff_after(attempt, policy, jitter), describe(outcome), true};
}

std::string describe(const Outcome& outcome)
{
    return std::visit(Describe{}, outcome);
}

} // namespace escher
