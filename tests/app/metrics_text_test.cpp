#include <doctest/doctest.h>

#include "app/metrics_text.hpp"

#include <sstream>

using namespace escher;
using namespace std::chrono_literals;

namespace {

bool has_line(const std::string& text, const std::string& line)
{
    return ('\n' + text).find('\n' + line + '\n') != std::string::npos;
}

} // namespace

TEST_CASE("metrics tell jobs by state, ages and what the last tick did")
{
    StatusFacts facts;
    facts.now = Time(1'700'000'000s);
    facts.summary.jobs = {{JobState::available, 3}, {JobState::running, 2}};
    facts.summary.oldest_available = facts.now - 90s;
    TickRecord tick;
    tick.started_at = facts.now - 40s;
    tick.ended_at = facts.now - 30500ms;
    tick.completed = 4;
    tick.error = "the disk is full";
    facts.summary.last_tick = tick;
    facts.database_bytes = 4096;
    facts.summary.recent_ticks = {.succeeded = 57, .failed = 2, .unfinished = 1};
    facts.oldest_running = facts.now - 3661s;
    facts.unsupervised = {JobId{7}};
    const std::string text = metrics_text(facts);
    for (const char* line :
         {"escher_cron_jobs{state=\"available\"} 3", "escher_cron_jobs{state=\"running\"} 2",
          "escher_cron_jobs{state=\"failed\"} 0", "escher_cron_oldest_available_age_seconds 90.000",
          "escher_cron_oldest_running_age_seconds 3661.000", "escher_cron_unsupervised_jobs 1",
          "escher_cron_recent_ticks{outcome=\"succeeded\"} 57", "escher_cron_recent_ticks{outcome=\"failed\"} 2",
          "escher_cron_recent_ticks{outcome=\"unfinished\"} 1", "escher_cron_last_tick_age_seconds 30.500",
          "escher_cron_last_tick_jobs{result=\"completed\"} 4", "escher_cron_last_tick_error 1",
          "escher_cron_tick_alive 0", "escher_cron_database_bytes 4096"}) {
        CAPTURE(line);
        CHECK(has_line(text, line));
    }
    // Unknown is not 0.
    CHECK(text.find("last_success_age_seconds") == std::string::npos);
    CHECK(text.ends_with('\n'));
    CHECK(metrics_text({}).find("oldest_running") == std::string::npos);
}

TEST_CASE("metrics tell whether ticks hold still, if that is known")
{
    StatusFacts facts;
    CHECK(has_line(metrics_text(facts), "# TYPE escher_cron_held gauge"));
    CHECK(has_line(metrics_text(facts), "escher_cron_held 0"));
    facts.held = "HELD: nothing is started";
    CHECK(has_line(metrics_text(facts), "escher_cron_held 1"));
    facts.held.reset();
    facts.hold_is_hidden = true;
    CHECK(metrics_text(facts).find("escher_cron_held") == std::string::npos);
}

TEST_CASE("every sample follows the head of its metric, and each head stands once")
{
    StatusFacts facts;
    facts.now = Time(1'700'000'000s);
    facts.summary.last_tick.emplace();
    std::istringstream lines(metrics_text(facts));
    std::set<std::string> seen;
    std::string current;
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        std::string first;
        std::string kind;
        words >> first;
        if (first == "#") {
            words >> kind >> current;
            CHECK(seen.insert(kind + current).second);
        } else {
            CHECK(first.substr(0, first.find('{')) == current);
        }
    }
}
