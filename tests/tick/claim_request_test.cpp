#include <doctest/doctest.h>

#include "core/policy.hpp"
#include "core/selection.hpp"
#include "tick/claim_request.hpp"

using namespace escher;

TEST_CASE("a row of plain SQL is taken in where a job of its work would be created")
{
    Config config;
    Policies& policies = config.policies;
    policies.defaults.queue = "usual";
    policies.defaults.priority = 4;
    policies.queues["usual"].policy.priority = 5;
    policies.queues["bulk"].policy.priority = 6;
    policies.tasks["plain"] = {};
    policies.tasks["queued"].policy.queue = "bulk";
    policies.tasks["urgent"].policy.priority = -7;
    policies.tasks["both"].policy = policies.tasks["queued"].policy;
    policies.tasks["both"].policy.priority = 8;
    const ClaimRequest request = claim_request(config, {});

    for (const Work& work : {Work(Command{{"true"}}), Work(TaskCall{"plain", {}}), Work(TaskCall{"queued", {}}),
                             Work(TaskCall{"urgent", {}}), Work(TaskCall{"both", {}}), Work(TaskCall{"nonesuch", {}}),
                             Work(Unrunnable{"why"})}) {
        Job row;
        row.work = work;
        const Job job = taken_in(request, row);
        CHECK(job.queue == intake_of(policies, work).queue);
        CHECK(job.priority == intake_of(policies, work).priority);
    }
}

TEST_CASE("what a row of plain SQL says itself stands")
{
    const ClaimRequest request = claim_request({}, {});
    Job row;
    row.priority = 3;
    CHECK(taken_in(request, row).queue == "default");
    CHECK(taken_in(request, row).priority == 3);
    row.queue = "mail";
    CHECK(taken_in(request, row).queue == "mail");
}
