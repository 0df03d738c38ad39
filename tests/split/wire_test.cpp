#include "messages.hpp"

#include <doctest/doctest.h>

using namespace escher;
using namespace escher::split;

namespace {

/// One of each kind, with every member that is sent set.
std::vector<Request> all_requests()
{
    const ProcessIdentity process{.pid = 7, .start_ticks = 8, .boot_id = "boot"};
    Run run;
    run.id = RunId{3};
    run.job = JobId{4};
    run.attempt = 2;
    run.started_at = Time(Duration(99));
    run.runner = {.process = process, .mark = 5};
    run.process = process;
    Claim claim;
    claim.job.id = JobId{4};
    claim.job.work = TaskCall{"greet", {{"name", "x"}, {"other", "y"}}};
    claim.job.queue = "bulk";
    claim.job.timeout = Duration(5);
    claim.job.retries = 2;
    claim.job.attempts = 1;
    claim.job.schedule = "nightly";
    claim.job.nominal_at = Time(Duration(-77));
    claim.run = RunId{3};
    claim.attempt = 2;
    claim.input = "stdin";
    Claim command = claim;
    command.job.work = Command{{"echo", "x"}};
    Claim broken = claim;
    broken.job.work = Unrunnable{"why"};
    const Seen seen{
        .instance = "i", .generation = "g", .run = RunId{9}, .job = JobId{8}, .lock = {}, .machine = {}, .at = {}};
    return {LookUpSeen{"instance"},
            WriteSeen{seen},
            AskHold{},
            WriteHold{{.key = "key", .since = Time(Duration(1)), .said = Time(Duration(2))}},
            AskHardware{},
            Begin{},
            Start{claim},
            Start{command},
            Start{broken},
            Wait{Duration(1000)},
            Stop{RunId{3}, true},
            Release{RunId{3}},
            Examine{run},
            KillRemains{run},
            DiscardOutput{{{JobId{1}, RunId{2}}, {JobId{3}, RunId{4}}}},
            AskLock{},
            ReleaseLock{},
            RetakeLock{},
            Log{LogLevel::warning, "text"},
            Goodbye{3, std::pair(ErrorKind::busy, "text")}};
}

std::vector<Reply> all_replies()
{
    const Seen seen{.instance = "i",
                    .generation = "g",
                    .run = RunId{9},
                    .job = JobId{8},
                    .lock = {.device = 1, .inode = 2, .born = 3},
                    .machine = {.boot = "b", .hardware = "h"},
                    .at = Time(Duration(5))};
    const auto ended = [](Outcome outcome) {
        return RunEnded{RunId{3}, std::move(outcome), {Duration(1), Duration(2), 3}, {.written = 4, .dropped = 5}};
    };
    return {Done{},
            Failed{ErrorKind::io, "text"},
            true,
            std::string("card:1"),
            StartResult(Started{{.pid = 7, .start_ticks = 8, .boot_id = "boot"}}),
            StartResult(NotStarted{2, "no such file"}),
            StartResult(CannotStart{"no process"}),
            StartResult(Refused{"late", JobState::cancelled}),
            Waited{{ended(Exited{3}), ended(Signaled{9, true, true}), ended(TimedOut{}), ended(Cancelled{true}),
                    ended(NotStarted{1, "x"}), ended(Lost{"y"})},
                   15,
                   true},
            Liveness::elsewhere,
            os::SeenRegister::Answer{.seen = seen, .damaged = false},
            std::optional(os::SeenRegister::Hold{.key = "key", .since = {}, .said = {}})};
}

template<class Decode>
void check_strict(const std::string& content, const Decode& decode)
{
    CHECK(encode(decode(content)) == content);
    for (std::size_t size = 0; size < content.size(); ++size)
        CHECK_THROWS_AS(static_cast<void>(decode(content.substr(0, size))), ProtocolError);
    CHECK_THROWS_AS(static_cast<void>(decode(content + '\0')), ProtocolError);
}

} // namespace

TEST_CASE("every message comes out as it went in, and no part of one is taken for a message")
{
    for (const Request& request : all_requests())
        check_strict(encode(request), decode_request);
    for (const Reply& reply : all_replies())
        check_strict(encode(reply), decode_reply);
}

TEST_CASE("there is a sample of each kind of message")
{
    std::set<std::size_t> kinds;
    for (const Request& request : all_requests())
        kinds.insert(request.index());
    CHECK(kinds.size() == std::variant_size_v<Request>);
    kinds.clear();
    for (const Reply& reply : all_replies())
        kinds.insert(reply.index());
    CHECK(kinds.size() == std::variant_size_v<Reply>);
}

TEST_CASE("a bit that is turned makes another message, or none")
{
    for (const Request& request : all_requests()) {
        std::string content = encode(request);
        for (std::size_t bit = 0; bit < content.size() * 8; ++bit) {
            content[bit / 8] = static_cast<char>(content[bit / 8] ^ (1 << (bit % 8)));
            try {
                static_cast<void>(decode_request(content));
            } catch (const ProtocolError&) {
            }
            content[bit / 8] = static_cast<char>(content[bit / 8] ^ (1 << (bit % 8)));
        }
    }
}

TEST_CASE("arbitrary bytes are a message or a ProtocolError")
{
    test::Messages messages(1);
    int taken = 0;
    for (int i = 0; i < test::many_messages; ++i) {
        const std::string content = messages.bytes(200);
        try {
            static_cast<void>(decode_request(content));
            ++taken;
        } catch (const ProtocolError&) {
        }
        try {
            static_cast<void>(decode_reply(content));
        } catch (const ProtocolError&) {
        }
    }
    CHECK(taken > 0); // the short ones
}

TEST_CASE("counts that are larger than their message reserve nothing")
{
    const std::string huge = encode(Request(DiscardOutput{})).substr(0, 1) + "\xff\xff\xff\xff";
    CHECK_THROWS_AS(static_cast<void>(decode_request(huge)), ProtocolError);
}

TEST_CASE("as many ends of runs as are sent at once fit into a reply")
{
    Waited waited;
    for (std::size_t i = 0; i < most_ended; ++i)
        waited.ended.push_back({RunId{1}, NotStarted{1, std::string(most_outcome_text, 'x')}, {}, {}});
    CHECK(encode(Reply(waited)).size() <= most_reply);
}
