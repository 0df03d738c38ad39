#include "app/metrics_text.hpp"

#include "core/cron_health.hpp"
#include "core/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace escher {

namespace {

/// The head of a metric; all of them are gauges, since what is deleted counts no more.
std::string head(std::string_view name, std::string_view help)
{
    return fmt::format("# HELP escher_cron_{0} {1}\n# TYPE escher_cron_{0} gauge\n", name, help);
}

std::string gauge(std::string_view name, std::string_view help, std::int64_t value)
{
    return head(name, help) + fmt::format("escher_cron_{} {}\n", name, value);
}

std::string age(std::string_view name, std::string_view help, const std::optional<Duration>& age)
{
    if (!age)
        return {};
    const auto milliseconds = std::max(*age, Duration::zero()).count();
    return head(name, help) +
           fmt::format("escher_cron_{} {}.{:03}\n", name, milliseconds / 1000, milliseconds % 1000);
}

} // namespace

std::string metrics_text(const StatusFacts& facts)
{
    const Summary& summary = facts.summary;
    std::string text = head("jobs", "Jobs in the database, by state.");
    for (const auto& state : names<JobState>) {
        const auto found = summary.jobs.find(state.value);
        text += fmt::format("escher_cron_jobs{{state=\"{}\"}} {}\n", state.text,
                            found == summary.jobs.end() ? 0 : found->second);
    }
    const std::optional<Duration> oldest =
        summary.oldest_available ? std::optional(facts.now - *summary.oldest_available) : std::nullopt;
    text += age("oldest_available_age_seconds", "How long the job that waits longest has been available.", oldest);
    text += age("oldest_running_age_seconds", "How long the job that runs longest has been running.",
                facts.oldest_running ? std::optional(facts.now - *facts.oldest_running) : std::nullopt);
    text += gauge("unsupervised_jobs", "Running jobs whose tick is gone.",
                  static_cast<std::int64_t>(facts.unsupervised.size()));
    if (!facts.hold_is_hidden)
        text += gauge("held", "1 if ticks start nothing: the database was restored or copied.", facts.held ? 1 : 0);
    text += gauge("tick_alive", "1 if a tick holds or awaits the lock.", facts.live_tick ? 1 : 0);
    text += age("last_tick_age_seconds", "Since the last tick ended, or began if it has not.",
                silence_since(summary.last_tick, facts.now));
    text += age("last_success_age_seconds", "Since the last tick that ended without an error.",
                silence_since(summary.last_success, facts.now));
    if (const auto& tick = summary.last_tick) {
        text += head("last_tick_jobs", "What the last tick did, in jobs, by what became of them.");
        for (const auto& [result, count] :
             {std::pair("claimed", tick->claimed), std::pair("completed", tick->completed),
              std::pair("failed", tick->failed), std::pair("recovered", tick->recovered),
              std::pair("pruned", tick->pruned)})
            text += fmt::format("escher_cron_last_tick_jobs{{result=\"{}\"}} {}\n", result, count);
        text += gauge("last_tick_error", "1 if the last tick said something that a person must know.",
                      tick->error.empty() ? 0 : 1);
    }
    text +=
        head("recent_ticks", fmt::format("The newest ticks, {} at most, by how they ended: succeeded, failed (with "
                                         "an error), or unfinished (they live, or died without a word).",
                                         Summary::ticks_counted));
    for (const auto& [outcome, count] :
         {std::pair("succeeded", summary.recent_ticks.succeeded), std::pair("failed", summary.recent_ticks.failed),
          std::pair("unfinished", summary.recent_ticks.unfinished)})
        text += fmt::format("escher_cron_recent_ticks{{outcome=\"{}\"}} {}\n", outcome, count);
    text += gauge("pauses", "Pauses in force.", static_cast<std::int64_t>(facts.pauses.size()));
    text += gauge("database_bytes", "Size of the database with its WAL.", facts.database_bytes);
    return text;
}

} // namespace escher
