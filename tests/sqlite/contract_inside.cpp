#include "contract.hpp"

#include <doctest/doctest.h>

#include <limits>

using namespace escher;
using namespace escher::contract;

TEST_CASE("progress, messages and notes are fenced by the run")
{
    const auto store = new_store();
    const auto job = create_one(*store, command());
    const auto first = claim(*store, slots(1)).at(0).run;
    CHECK(store->set_progress(job, first, {40, "four of ten", start}));
    CHECK(store->add_message(job, {first, start, MessageLevel::warning, "hm"}));
    CHECK(store->set_note(job, first, {"rows", "[1, {\"a\": null}]", start}));
    CHECK(store->find(job)->progress->percent == 40);
    CHECK(store->find(job)->progress->text == "four of ten");

    report(*store, finished(first, JobState::retryable));
    const auto second = claim(*store, slots(1), start + hours(1)).at(0).run;
    CHECK_FALSE(store->find(job)->progress);
    CHECK_FALSE(store->set_progress(job, first, {90, "", start}));
    CHECK_FALSE(store->add_message(job, {first, start, MessageLevel::info, "late"}));
    CHECK_FALSE(store->set_note(job, first, {"rows", "2", start}));
    CHECK_FALSE(store->set_progress(JobId(99), second, {90, "", start}));
    CHECK(store->set_note(job, second, {"rows", "3", start}));
    CHECK_FALSE(store->find(job)->progress);
    const auto messages = store->messages(job);
    REQUIRE(messages.size() == 1);
    CHECK(messages[0].text == "hm");
    CHECK(messages[0].level == MessageLevel::warning);
    CHECK(messages[0].run == first);
    const auto notes = store->notes(job);
    REQUIRE(notes.size() == 1);
    CHECK(notes[0].value == "3");
}

TEST_CASE("a person may leave a message with any job that exists")
{
    const auto store = new_store();
    const auto job = create_one(*store, command());
    CHECK(store->add_message(job, {std::nullopt, start, MessageLevel::info, "on hold"}));
    CHECK_FALSE(store->add_message(JobId(99), {std::nullopt, start, MessageLevel::info, "nobody"}));
}

TEST_CASE("floods and garbage are bounded")
{
    const auto store = new_store();
    const auto job = create_one(*store, command());
    const auto run = claim(*store, slots(1)).at(0).run;
    for (int i = 0; i < 1010; ++i)
        CHECK(store->add_message(job, {run, start, MessageLevel::info, std::to_string(i)}));
    const auto messages = store->messages(job);
    CHECK(messages.size() == 1000);
    CHECK(messages.back().text == "1009");
    CHECK(store->add_message(job, {run, start, MessageLevel::info, std::string(1'000'000, 'x')}));
    CHECK(store->messages(job).back().text.size() < 100'000);
    CHECK_THROWS_AS((void)store->set_note(job, run, {"k", "not json", start}), Error);
    CHECK_THROWS_AS((void)store->set_note(job, run, {"k", "1e999", start}), Error);
    CHECK_THROWS_AS((void)store->set_note(job, run, {"", "1", start}), Error);
    CHECK_THROWS_AS((void)store->set_note(job, run, {"k", "\"" + std::string(2'000'000, 'x') + "\"", start}), Error);
    CHECK_THROWS_AS((void)store->set_progress(job, run, {std::numeric_limits<double>::quiet_NaN(), "", start}),
                    Error);
    CHECK(store->set_progress(job, run, {150, std::string(5000, 'x'), start}));
    CHECK(store->find(job)->progress->percent == 100);
    CHECK(store->find(job)->progress->text.size() <= 1024);
}
