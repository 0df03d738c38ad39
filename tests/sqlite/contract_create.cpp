#include "contract.hpp"

#include <doctest/doctest.h>

using namespace escher;
using namespace escher::contract;

TEST_CASE("a store is known by its instance")
{
    const auto store = new_store();
    CHECK_FALSE(store->identity().instance.empty());
    CHECK(store->identity() == store->identity());
    CHECK(store->identity() != new_store()->identity());
}

TEST_CASE("a job is stored as it was asked for")
{
    const auto store = new_store();
    NewJob asked;
    asked.work = TaskCall{"mail", {{"to", "a\"b\\c\n"}, {"n", "1"}}};
    asked.name = "näme";
    asked.queue = "mail";
    asked.priority = -3;
    asked.run_at = start + hours(1);
    asked.timeout = seconds(90);
    asked.retries = 4;
    asked.created_by = "shop";
    asked.unique_key = "u";
    asked.concurrency_key = "k";
    asked.schedule = "nightly";
    asked.nominal_at = start;
    const auto created = store->create(std::span(&asked, 1), start).at(0);
    const auto job = store->find(created.id).value();
    CHECK(job.id == created.id);
    CHECK(job.token == created.token);
    CHECK(job.token.size() == 32);
    CHECK(std::get<TaskCall>(job.work) == std::get<TaskCall>(asked.work));
    CHECK(job.name == asked.name);
    CHECK(job.queue == asked.queue);
    CHECK(job.priority == asked.priority);
    CHECK(job.state == JobState::scheduled);
    CHECK(job.run_at == *asked.run_at);
    CHECK(job.timeout == asked.timeout);
    CHECK(job.retries == asked.retries);
    CHECK(job.created_by == asked.created_by);
    CHECK(job.created_at == start);
    CHECK(job.unique_key == "u");
    CHECK(job.concurrency_key == "k");
    CHECK(job.schedule == "nightly");
    CHECK(job.nominal_at == asked.nominal_at);
    CHECK(job.reason.empty());
    CHECK_FALSE(job.finished_at);
    CHECK(store->find_token(created.token) == created.id);
    CHECK_FALSE(store->find_token("nobody"));
    CHECK_FALSE(store->find(JobId(4711)));
}

TEST_CASE("a job without a name is named after its work")
{
    const auto store = new_store();
    CHECK(store->find(create_one(*store, command("/usr/bin/convert")))->name == "convert");
}

TEST_CASE("a batch is created whole or not at all")
{
    const auto store = new_store();
    std::vector<NewJob> jobs(3, command());
    jobs[2].after = {{JobId(4711), false}};
    std::string text;
    try {
        (void)store->create(jobs, start);
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::bad_data);
        text = error.what();
    }
    CHECK(text.find("job 3") != std::string::npos);
    CHECK(text.find("4711") != std::string::npos);
    CHECK(store->summary().jobs.empty());
    jobs[2].after.clear();
    CHECK(store->create(jobs, start).size() == 3);
    CHECK(store->summary().jobs.at(JobState::available) == 3);
}

TEST_CASE("what could never run is refused at the door")
{
    const auto store = new_store();
    const auto refused = [&](auto change) {
        auto job = command();
        change(job);
        CHECK_THROWS_AS((void)store->create(std::span(&job, 1), start), Error);
    };
    refused([](NewJob& job) { job.work = Command{}; });
    refused([](NewJob& job) { job.work = Command{{""}}; });
    refused([](NewJob& job) { job.work = Command{{"echo", std::string("a\0b", 3)}}; });
    refused([](NewJob& job) { job.work = Command{{"echo", "\xff"}}; });
    refused([](NewJob& job) { job.work = Unrunnable{"x"}; });
    refused([](NewJob& job) { job.queue = ""; });
    refused([](NewJob& job) { job.priority = 2'000'000; });
    refused([](NewJob& job) { job.retries = -1; });
    refused([](NewJob& job) { job.timeout = Duration(-1); });
    refused([](NewJob& job) { job.run_at = Time(Duration(-1)); });
    refused([](NewJob& job) { job.name = "\xc3("; });
    CHECK(store->summary().jobs.empty());
}

TEST_CASE("a unique key is held by one unfinished job, within a batch as well")
{
    const auto store = new_store();
    auto job = command();
    job.unique_key = "rebuild";
    const std::vector<NewJob> twice{job, job};
    const auto created = store->create(twice, start);
    CHECK_FALSE(created[0].existed);
    CHECK(created[1].existed);
    CHECK(created[1].id == created[0].id);
    CHECK(created[1].token == created[0].token);
    store->cancel(created[0].id, "no more", start);
    const auto again = store->create(std::span(&job, 1), start).at(0);
    CHECK_FALSE(again.existed);
    CHECK(again.id != created[0].id);
    CHECK_THROWS_AS((void)store->retry(created[0].id, start), Error);
}

TEST_CASE("a job is created once under the token that its creator made, whatever has become of it")
{
    const auto store = new_store();
    auto job = command();
    job.token = "00112233445566778899aabbccddeeff";
    const auto created = store->create(std::span(&job, 1), start).at(0);
    CHECK_FALSE(created.existed);
    CHECK(created.token == job.token);
    CHECK(store->find(created.id)->token == job.token);
    CHECK(store->find_token(job.token) == created.id);
    store->cancel(created.id, "", start);
    const auto again = store->create(std::span(&job, 1), start).at(0);
    CHECK(again.existed);
    CHECK(again.id == created.id);
    CHECK(again.token == job.token);
    CHECK(state_of(*store, created.id) == JobState::cancelled);
    for (const char* none : {"secret", "00112233445566778899AABBCCDDEEFF", "00112233445566778899aabbccddeef"}) {
        job.token = none;
        CHECK_THROWS_AS((void)store->create(std::span(&job, 1), start), Error);
    }
}

TEST_CASE("a waiting job is cancelled at once, a running one is asked for, a finished one left alone")
{
    const auto store = new_store();
    const auto job = create_one(*store, command());
    CHECK(store->cancel(JobId(99), "", start) == CancelResult::no_such_job);
    CHECK(store->cancel(job, "not needed", start + seconds(1)) == CancelResult::cancelled);
    CHECK(store->find(job)->reason == "not needed");
    CHECK(store->find(job)->finished_at == start + seconds(1));
    CHECK(store->cancel(job, "again", start) == CancelResult::already_finished);
    CHECK(claim(*store, slots(5)).empty());

    const auto running = create_one(*store, command());
    const auto run = claim(*store, slots(1)).at(0).run;
    CHECK(store->cancel_requests(std::nullopt).empty());
    CHECK(store->cancel(running, "stop it", start) == CancelResult::requested);
    CHECK(store->cancel_requests(std::nullopt) == std::vector{run});
    CHECK(store->find(running)->cancel_requested_at == start);
    auto ended = finished(run, JobState::cancelled);
    ended.outcome = Cancelled{};
    report(*store, ended);
    CHECK(store->find(running)->reason == "stop it");
    CHECK(store->cancel_requests(std::nullopt).empty());
}

TEST_CASE("a retry by hand starts a job anew")
{
    const auto store = new_store();
    CHECK(store->retry(JobId(1), start) == RetryResult::no_such_job);
    const auto job = run_one(*store, command(), JobState::failed);
    REQUIRE(state_of(*store, job) == JobState::failed);
    CHECK(store->find(job)->reason == "exit status 1");
    CHECK(store->retry(job, start + hours(1)) == RetryResult::queued);
    const auto again = store->find(job).value();
    CHECK(again.state == JobState::available);
    CHECK(again.attempts == 0);
    CHECK(again.run_at == start + hours(1));
    CHECK(again.reason.empty());
    CHECK_FALSE(again.finished_at);
    CHECK(store->retry(job, start) == RetryResult::still_unfinished);
    const auto claims = claim(*store, slots(1), start + hours(1));
    REQUIRE(claims.size() == 1);
    CHECK(claims[0].attempt == 1);
    CHECK(store->runs(job).size() == 2);
}
