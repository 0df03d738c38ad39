#include "core/next_time.hpp"

#include "core/cron.hpp"
#include "core/time_text.hpp"
#include "zone_files.hpp"

#include <doctest/doctest.h>

#include <random>

using namespace escher;
using namespace escher::test;
using namespace std::chrono_literals;

namespace {

using Random = std::mt19937_64;

int draw(Random& random, int low, int high)
{
    return std::uniform_int_distribution<int>(low, high)(random);
}

std::string random_field(Random& random, int low, int high, int stars_of_ten)
{
    if (draw(random, 1, 10) <= stars_of_ten) {
        if (draw(random, 0, 2) == 0)
            return "*/" + std::to_string(draw(random, 1, high / 2 + 1));
        return "*";
    }
    std::string text;
    for (int elements = draw(random, 1, 3); elements > 0; --elements) {
        if (!text.empty())
            text += ',';
        const int first = draw(random, low, high);
        text += std::to_string(first);
        if (draw(random, 0, 1) == 0) {
            text += "-" + std::to_string(draw(random, first, high));
            if (draw(random, 0, 1) == 0)
                text += "/" + std::to_string(draw(random, 1, 7));
        }
    }
    return text;
}

std::string random_expression(Random& random)
{
    return random_field(random, 0, 59, 3) + " " + random_field(random, 0, 23, 4) + " " +
           random_field(random, 1, 31, 7) + " " + random_field(random, 1, 12, 8) + " " +
           random_field(random, 0, 7, 7);
}

bool has(std::uint64_t set, unsigned value)
{
    return (set >> value & 1) != 0;
}

/// Compares one minute of the local calendar field by field, as cron.c does.
bool matches(const CronFields& fields, std::chrono::local_time<std::chrono::minutes> local)
{
    const auto day = std::chrono::floor<std::chrono::days>(local);
    const std::chrono::year_month_day date(day);
    const auto minute = static_cast<unsigned>((local - day).count());
    const bool by_day = has(fields.days, static_cast<unsigned>(date.day()));
    const bool by_weekday = has(fields.weekdays, std::chrono::weekday(day).c_encoding());
    const bool star = fields.day_star || fields.weekday_star;
    return has(fields.minutes, minute % 60) && has(fields.hours, minute / 60) &&
           has(fields.months, static_cast<unsigned>(date.month())) &&
           (star ? by_day && by_weekday : by_day || by_weekday);
}

/// Walks every minute of real time and watches the clocks, knowing nothing of gaps and transitions.
std::vector<Time> walk(const CronFields& fields, const Zone& zone, Time after, Time until)
{
    const bool fixed = !fields.minute_star && !fields.hour_star;
    std::vector<Time> due;
    const auto shown = [&](Time time) { return std::chrono::floor<std::chrono::minutes>(zone.to_local(time)); };
    // What the clocks have shown before `after` counts as well: begin early enough.
    Time time = after - 72h;
    auto furthest = shown(time);
    for (; time <= until; time += 1min) {
        const auto now = shown(time);
        bool match = false;
        if (fixed)
            for (; furthest < now; furthest += 1min)
                match = matches(fields, furthest + 1min) || match;
        else
            match = matches(fields, now);
        if (match && time > after)
            due.push_back(time);
    }
    return due;
}

} // namespace

TEST_CASE("due times are those that a walk through every minute finds")
{
    const char* const zones[] = {
        "Europe/Berlin",     "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo",  "Europe/Dublin",
        "Africa/Casablanca", "Antarctica/Troll", "Pacific/Apia",        "Pacific/Kiritimati", "America/Nuuk",
        "Asia/Gaza",         "Asia/Kolkata",     "America/St_Johns",    "Antarctica/Casey",   "UTC"};
    Random random(20260329);
    int compared = 0;
    for (int i = 0; i < 1500; ++i) {
        const std::string name = zones[static_cast<std::size_t>(draw(random, 0, 14))];
        const Zone& in = *zone(name);
        // Whole minutes, from 1973 (no offset has had seconds since) to 2060, mostly just before a transition.
        Time after = Time(std::chrono::minutes(draw(random, 1'600'000, 47'000'000)));
        if (const auto transition = in.next_transition(after); transition && draw(random, 0, 9) > 0)
            after = transition->at - std::chrono::minutes(draw(random, 0, 2000));
        const std::string expression = random_expression(random);
        CAPTURE(name);
        CAPTURE(expression);
        CAPTURE(format_rfc3339(after, in));
        std::optional<Recurrence> recurrence;
        try {
            recurrence = parse_cron(expression, "");
        } catch (const std::invalid_argument&) {
            continue; // 31 February
        }
        const Time until = after + 96h;
        const std::vector<Time> expected = walk(std::get<CronFields>(*recurrence), in, after, until);
        std::vector<Time> found;
        for (auto due = next_due(*recurrence, in, after); due && due->at <= until;
             due = next_due(*recurrence, in, due->at))
            found.push_back(due->at);
        REQUIRE(found == expected);
        compared += static_cast<int>(found.size());
    }
    CHECK(compared > 50'000);
}
