#include "core/next_time.hpp"

#include "core/cron.hpp"
#include "core/time_text.hpp"
#include "zone_files.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace escher;
using namespace escher::test;
using namespace std::chrono_literals;
using std::chrono::days;
using std::chrono::floor;
using std::chrono::minutes;

namespace {

const char* const zones[] = {"Europe/Berlin",      "Europe/London",    "Europe/Dublin",       "Europe/Lisbon",
                             "Europe/Moscow",      "America/New_York", "America/St_Johns",    "America/Sao_Paulo",
                             "America/Nuuk",       "America/Caracas",  "Australia/Lord_Howe", "Australia/Sydney",
                             "Pacific/Kiritimati", "Pacific/Apia",     "Africa/Casablanca",   "Africa/Monrovia",
                             "Antarctica/Troll",   "Antarctica/Casey", "Asia/Gaza",           "Asia/Tehran"};

const Time first = Time(std::chrono::sys_days(std::chrono::year(1970) / 1 / 1));
const Time last = Time(std::chrono::sys_days(std::chrono::year(2038) / 1 / 1));

/// Calls `visit` with each transition of each zone from 1970 to 2037.
template<class Visit>
void for_each_transition(Visit visit)
{
    for (const char* name : zones) {
        const Zone& in = *zone(name);
        CAPTURE(std::string(name));
        for (auto transition = in.next_transition(first); transition && transition->at < last;
             transition = in.next_transition(transition->at)) {
            CAPTURE(format_rfc3339(transition->at, in));
            visit(in, *transition);
        }
    }
}

std::vector<Time> due_from_to(const Recurrence& recurrence, const Zone& in, Time from, Time to)
{
    std::vector<Time> times;
    Time after = from;
    for (auto due = next_due(recurrence, in, after); due && due->at <= to; due = next_due(recurrence, in, after)) {
        REQUIRE(due->at > after);
        after = due->at;
        times.push_back(after);
    }
    return times;
}

CronFields daily(int minute_of_day)
{
    return std::get<CronFields>(
        parse_cron(std::to_string(minute_of_day % 60) + " " + std::to_string(minute_of_day / 60) + " * * *", ""));
}

} // namespace

TEST_CASE("around every transition no fixed daily time is lost or comes twice")
{
    int transitions = 0;
    for_each_transition([&](const Zone& in, const Zone::Transition& transition) {
        ++transitions;
        const LocalTime edges[] = {LocalTime(transition.at.time_since_epoch()) + transition.before,
                                   LocalTime(transition.at.time_since_epoch()) + transition.after};
        std::set<int> times{0, 150, 720, 1439};
        for (const LocalTime edge : edges)
            for (const int offset : {-31, -1, 0, 1, 29, 30, 61}) {
                const auto of_day = floor<minutes>(edge - floor<days>(edge)).count() + offset;
                times.insert(static_cast<int>((of_day + 1440) % 1440));
            }
        for (const int time : times) {
            // From one day's due time to another's: each date between has its own, the dates that were lost included.
            const LocalTime from = floor<days>(std::min(edges[0], edges[1])) - days(2) + minutes(time);
            const LocalTime to = floor<days>(std::max(edges[0], edges[1])) + days(2) + minutes(time);
            const auto due = due_from_to(daily(time), in, in.instants_of(from).first, in.instants_of(to).first);
            std::vector<Time> expected;
            for (LocalTime meant = from + days(1); meant <= to; meant += days(1)) {
                const Zone::Instants instants = in.instants_of(meant);
                // The midnight of a lost day and the one that the clocks jump to are one instant, due once.
                if (expected.empty() || expected.back() != instants.first)
                    expected.push_back(instants.first);
                if (instants.kind == Zone::Instants::gap)
                    REQUIRE(in.to_local(instants.first) > meant);
                else
                    REQUIRE(in.to_local(instants.first) == meant);
            }
            REQUIRE(due == expected);
            const bool lost_midnight = transition.after - transition.before >= 24h && time == 0;
            REQUIRE(static_cast<std::int64_t>(due.size()) == (to - from) / days(1) - (lost_midnight ? 1 : 0));
        }
    });
    CHECK(transitions > 1500);
}

TEST_CASE("around every transition schedules of elapsed time are evenly spaced")
{
    for_each_transition([](const Zone& in, const Zone::Transition& transition) {
        const auto shift = transition.after - transition.before;
        const struct {
            const char* expression;
            Duration apart;
        } cases[] = {{"* * * * *", 1min}, {"*/5 * * * *", 5min}, {"*/15 * * * *", 15min}, {"0 * * * *", 60min}};
        for (const auto& c : cases) {
            // Where the clocks move by something else, the fields themselves cannot be evenly spaced.
            if (shift % c.apart != 0s)
                continue;
            const auto due = due_from_to(parse_cron(c.expression, ""), in, transition.at - 3h, transition.at + 30h);
            REQUIRE(due.size() >= 32);
            for (std::size_t i = 1; i < due.size(); ++i)
                REQUIRE(due[i] - due[i - 1] == c.apart);
        }
        const auto every = due_from_to(Every{90s}, in, transition.at - 1h, transition.at + 1h);
        REQUIRE(every.size() == 80);
    });
}

TEST_CASE("dropped times are told once each and are never due")
{
    for_each_transition([](const Zone& in, const Zone::Transition& transition) {
        const Recurrence recurrence = parse_cron("0,15,30,45 0-23 * * *", "");
        const Time from = transition.at - 60h;
        const Time to = transition.at + 60h;
        const auto due = due_from_to(recurrence, in, from, to);
        const auto dropped = dropped_times(recurrence, in, from, to);
        std::set<Time> all(due.begin(), due.end());
        for (const DroppedTime& time : dropped) {
            REQUIRE(all.insert(time.at).second);
            REQUIRE_FALSE(time.why.empty());
        }
        // In pieces it is the same.
        std::size_t in_pieces = 0;
        for (Time piece = from; piece < to; piece += 1h)
            in_pieces += dropped_times(recurrence, in, piece, piece + 1h).size();
        REQUIRE(in_pieces == dropped.size());
        if (transition.after < transition.before && (transition.before - transition.after) % 15min == 0s &&
            transition.before - transition.after < 4h)
            REQUIRE(dropped.size() >= static_cast<std::size_t>((transition.before - transition.after) / 15min));
    });
}
