#include "core/policy.hpp"

#include <doctest/doctest.h>

using namespace escher;
using namespace std::chrono_literals;

namespace {

Policies layered()
{
    Policies policies;
    policies.commands = CommandTrust::any;
    policies.defaults.priority = 1;
    policies.defaults.retries = 1;
    policies.defaults.nice = 1;
    policies.defaults.timeout = std::optional<Duration>(1h);
    policies.queues["bulk"].policy.priority = 2;
    policies.queues["bulk"].policy.retries = 2;
    Task task;
    task.name = "report";
    task.policy.queue = "bulk";
    task.policy.priority = 3;
    policies.tasks["report"] = task;
    return policies;
}

Job stored(Work work)
{
    Job job;
    job.work = std::move(work);
    return job;
}

} // namespace

TEST_CASE("each level says only what it overrides: defaults, queue, task, row")
{
    const Policies policies = layered();
    Job job = stored(TaskCall{"report", {}});
    JobPolicy policy = policy_of(policies, job);
    CHECK(policy.queue == "bulk");
    CHECK(policy.priority == 3);
    CHECK(policy.retries == 2);
    CHECK(policy.nice == 1);
    CHECK(policy.timeout == Duration(1h));
    job.priority = 9;
    job.retries = 7;
    policy = policy_of(policies, job);
    CHECK(policy.priority == 9);
    CHECK(policy.retries == 7);
}

TEST_CASE("a job in another queue than its task's gets that queue's policy")
{
    const Policies policies = layered();
    Job job = stored(TaskCall{"report", {}});
    job.queue = "mail";
    const JobPolicy policy = policy_of(policies, job);
    CHECK(policy.queue == "mail");
    CHECK(policy.retries == 1);
}

TEST_CASE("a row of plain SQL goes where its work belongs")
{
    const Policies policies = layered();
    CHECK(intake_of(policies, TaskCall{"report", {}}).queue == "bulk");
    CHECK(intake_of(policies, TaskCall{"report", {}}).priority == 3);
    CHECK(intake_of(policies, Command{{"true"}}).queue == "default");
    CHECK(intake_of(policies, Command{{"true"}}).priority == 1);
    CHECK(intake_of(policies, TaskCall{"nonesuch", {}}).queue == "default");
}

TEST_CASE("where commands are not trusted, a row cannot lift the config's bounds")
{
    Policies policies = layered();
    Job job = stored(TaskCall{"report", {}});
    job.timeout = 2h;
    job.retries = 99;
    CHECK(policy_of(policies, job).timeout == Duration(2h));
    CHECK(policy_of(policies, job).retries == 99);
    policies.commands = CommandTrust::listed;
    CHECK(policy_of(policies, job).timeout == Duration(1h));
    CHECK(policy_of(policies, job).retries == 2);
    job.timeout = 1min;
    job.retries = 0;
    CHECK(policy_of(policies, job).timeout == Duration(1min));
    CHECK(policy_of(policies, job).retries == 0);
}

TEST_CASE("where commands are not trusted, a row's queue brings no policy")
{
    Policies policies = layered();
    policies.queues["priv"].policy.nice = -10;
    policies.queues["priv"].policy.umask = 0;
    policies.queues["priv"].policy.directory = "/root";
    Job job = stored(TaskCall{"report", {}});
    job.queue = "priv";
    CHECK(policy_of(policies, job).nice == -10);
    policies.commands = CommandTrust::listed;
    const auto policy = policy_of(policies, job);
    CHECK(policy.queue == "priv"); // that is where it stands
    CHECK(policy.nice == 1);
    CHECK(policy.umask == 022);
    CHECK(policy.directory.empty());
    CHECK(policy.retries == 2); // of the task's own queue
}

TEST_CASE("a level can take the timeout away")
{
    Policies policies = layered();
    policies.tasks["report"].policy.timeout = std::optional<std::optional<Duration>>(std::in_place, std::nullopt);
    CHECK(policy_of(policies, stored(TaskCall{"report", {}})).timeout == std::nullopt);
}
