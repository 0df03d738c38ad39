#include "core/row_rules.hpp"

#include "core/schedule_task.hpp"
#include "core/task_call.hpp"
#include "core/uuid.hpp"
#include "core/zone.hpp"

#include <doctest/doctest.h>

using namespace escher;
using namespace std::chrono_literals;

namespace {

Policies shared()
{
    Policies policies;
    Task mail;
    mail.name = "mail";
    mail.policy.queue = "post";
    mail.queues = {"bulk"};
    policies.tasks["mail"] = mail;
    Task plain;
    plain.name = "plain";
    policies.tasks["plain"] = plain;
    return policies;
}

/// What `check` complains of; empty: nothing.
template<class Check>
std::string refusal(Check check)
{
    try {
        check();
    } catch (const RejectedJob& rejected) {
        return rejected.what();
    }
    return {};
}

constexpr Time due = std::chrono::sys_days(std::chrono::year(2026) / 9 / 14) + 3h + 30min;
constexpr Time now = due + 10min;

std::vector<Schedule> nightly(bool enabled = true)
{
    Schedule schedule;
    schedule.name = "nightly";
    schedule.recurrence = CronFields{.minutes = std::uint64_t{1} << 30,
                                     .hours = 1U << 3,
                                     .days = 0xfffffffe,
                                     .months = 0x1ffe,
                                     .weekdays = 0x7f,
                                     .day_star = true,
                                     .weekday_star = true};
    schedule.zone = std::make_shared<Zone>(Zone::utc());
    schedule.call.task = task_of_schedule("nightly");
    schedule.enabled = enabled;
    return {schedule};
}

Job of_schedule(const std::string& task, const std::string& schedule, std::optional<Time> nominal_at)
{
    Job job;
    job.work = TaskCall{task, {}};
    job.schedule = schedule;
    job.nominal_at = nominal_at;
    return job;
}

} // namespace

TEST_CASE("a row goes to its task's queue, or to one that the task allows")
{
    auto policies = shared();
    const auto asked = [&](const char* task, const std::optional<std::string>& queue) {
        return refusal([&] { check_queue(policies, TaskCall{task, {}}, queue); });
    };
    CHECK(asked("mail", std::nullopt).empty());
    CHECK(asked("mail", "post").empty());
    CHECK(asked("mail", "bulk").empty());
    CHECK(asked("plain", "default").empty());
    CHECK(asked("mail", "default").find("'queues' in [task.mail]") != std::string::npos);
    CHECK(asked("plain", "post").find("'default'") != std::string::npos);
    policies.commands = CommandTrust::any;
    CHECK(asked("plain", "anything").empty());
}

TEST_CASE("a job's stdin counts where its task takes it, and bounded")
{
    auto policies = shared();
    Task task = policies.tasks["plain"];
    const auto taken = [&](std::optional<std::string> of_task, std::optional<std::string> of_job) {
        return take_input(policies, &task, std::move(of_task), std::move(of_job));
    };
    CHECK(taken({}, {}) == std::nullopt);
    CHECK(taken("own", "brought") == "own");
    CHECK(refusal([&] { (void)taken({}, "brought"); }).find("stdin = \"job\" in [task.plain]") != std::string::npos);
    task.takes_input = true;
    task.max_input = 7;
    CHECK(taken({}, "brought") == "brought");
    CHECK(refusal([&] { (void)taken({}, "brought!"); }).find("stdin_max") != std::string::npos);
    policies.rows_are_ours = true;
    CHECK_FALSE(refusal([&] { (void)taken({}, "brought!"); }).empty()); // it says so itself
    task.takes_input = false;
    CHECK(taken({}, "brought!") == "brought!");
    CHECK(take_input(policies, nullptr, {}, "to a command") == "to a command");
}

TEST_CASE("a job is a schedule's only by name, at a due time")
{
    auto policies = shared();
    const std::string own = task_of_schedule("nightly");
    const auto asked = [&](const Job& job, bool enabled = true) {
        const auto schedules = nightly(enabled);
        return refusal([&] { check_schedule(policies, schedules, job, now); });
    };
    CHECK(asked(of_schedule(own, "nightly", due)).empty());
    CHECK(asked(of_schedule("plain", "nightly", due)).empty());
    CHECK(asked(of_schedule("plain", "", std::nullopt)).empty());
    CHECK_FALSE(asked(of_schedule(own, "", due)).empty());
    CHECK_FALSE(asked(of_schedule(own, "other", due)).empty());
    CHECK_FALSE(asked(of_schedule("plain", "other", due)).empty());
    for (const auto at : {due - 1ms, due + 1ms, due + 1min, due + 24h, Time::min(), Time::max()})
        CHECK_FALSE(asked(of_schedule(own, "nightly", at)).empty());
    CHECK_FALSE(asked(of_schedule(own, "nightly", std::nullopt)).empty());
    CHECK_FALSE(asked(of_schedule(own, "nightly", due), false).empty());
    policies.rows_are_ours = true;
    CHECK(asked(of_schedule(own, "", std::nullopt)).empty());
}

TEST_CASE("a UUID is 32 digits in five groups")
{
    CHECK(is_uuid("01234567-89ab-4cde-a123-456789abcdef"));
    for (const auto* text : {"", "01234567-89ab-4cde-a123-456789abcde", "01234567-89ab-4cde-a123-456789abcdef\n",
                             "01234567-89ab-4cde-a123-456789abcdeg", "01234567-89ab-4cde-a1234456789abcdef"})
        CHECK_FALSE(is_uuid(text));
}
