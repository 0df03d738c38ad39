#include "core/output_name.hpp"
#include "core/zone.hpp"
#include "messages.hpp"
#include "split/executor_server.hpp"
#include "tick/fake_executor.hpp"

#include <doctest/doctest.h>

#include <regex>

using namespace escher;
using namespace escher::split;

namespace {

constexpr int concurrency = 2;

/// Looks at what would be started: nothing but what the config allows a row to ask for.
class Watched : public test::FakeExecutor {
public:
    using FakeExecutor::FakeExecutor;

    StartResult start(const LaunchSpec& spec, const Claim& claim) override
    {
        static const std::regex greeting("hello [a-z]{1,20}");
        const bool greets =
            spec.argv.size() == 2 && spec.argv[0] == "echo" && std::regex_match(spec.argv[1], greeting);
        const bool nightly = spec.argv == std::vector<std::string>{"nightly"} && claim.job.schedule == "nightly" &&
                             claim.job.nominal_at &&
                             claim.job.nominal_at->time_since_epoch() % std::chrono::minutes(1) == Duration::zero();
        CHECK((greets || nightly));
        CHECK((spec.user == "worker" && spec.nice == 3 && spec.directory == "/srv" && !spec.input));
        CHECK(spec.output_file == output_name(spec.job, spec.run));
        CHECK(running() < concurrency);
        CHECK(runs_.insert(spec.run).second);
        CHECK(jobs_.insert(spec.job).second);
        job_of_[spec.run] = spec.job;
        return FakeExecutor::start(spec, claim);
    }

    void release(RunId run) override
    {
        jobs_.erase(job_of_[run]);
        FakeExecutor::release(run);
    }

    void discard_output(std::span<const std::string> names) override
    {
        for (const auto& name : names)
            CHECK(parse_output_name(name));
    }

private:
    std::set<RunId> runs_; ///< ever
    std::set<JobId> jobs_; ///< whose run is not released
    std::map<RunId, JobId> job_of_;
};

/// A server with a config, and what it works with.
struct Place {
    Place()
    {
        config.run.concurrency = concurrency;
        config.policies.user = "worker";
        config.policies.defaults.nice = 3;
        config.policies.defaults.directory = "/srv";
        Queue privileged;
        privileged.policy.nice = -10;
        config.policies.queues["priv"] = privileged;
        add_task("greet", {"echo", "hello {name}"}).params = {{"name", "[a-z]{1,20}"}};
        for (const char* name : {"nightly", "off"}) {
            Schedule schedule;
            schedule.name = name;
            schedule.recurrence = Every{std::chrono::minutes(1)};
            schedule.zone = std::make_shared<Zone>(Zone::utc());
            schedule.call = {std::string("schedule:") + name, {}};
            schedule.enabled = schedule.name == "nightly";
            config.schedules.push_back(schedule);
            add_task(schedule.call.task, {name});
        }
        clock.set(Time(std::chrono::hours(1)));
    }

    Task& add_task(const std::string& name, std::vector<std::string> argv)
    {
        Task& task = config.policies.tasks[name];
        task.name = name;
        task.argv = std::move(argv);
        return task;
    }

    /// `seen_run`: the highest run that this host has started before.
    ExecutorServer server(std::int64_t seen_run = 0)
    {
        register_ = Seen{.instance = test::Messages::instance,
                         .generation = "g1",
                         .run = RunId(seen_run),
                         .job = {},
                         .lock = {},
                         .machine = {},
                         .at = {}};
        return ExecutorServer({
            .config = config,
            .boot_id = "boot",
            .executor =
                [this](const std::string& instance) {
                    CHECK(instance == test::Messages::instance);
                    auto made = std::make_unique<Watched>(clock);
                    jobs = made.get();
                    return made;
                },
            .was_executed = [this](const Run& run, const std::string&) { return executed.contains(run.id); },
            .outer_runs = [](const std::string&) { return std::vector<RunId>{}; },
            .lock = {.still_ours = [this] { return ours; },
                     .release = [this] { ++released; },
                     .retake = [] { return true; }},
            .seen = {.look_up =
                         [this](const std::string&) {
                             return os::SeenRegister::Answer{register_, false};
                         },
                     .write = [this](const Seen& seen) { register_ = seen; },
                     .hold = [] { return std::optional<os::SeenRegister::Hold>{}; },
                     .write_hold = [](const os::SeenRegister::Hold&) {},
                     .clear_damaged = {},
                     .file = {.device = 1, .inode = 2, .born = 3},
                     .hardware = [] { return std::string("card:1"); }},
            .now = [this] { return clock.now(); },
            .log = [this](LogLevel, const std::string& text) { logged.push_back(text); },
        });
    }

    /// As a tick begins, with runs up to `noted` written down.
    void begin(ExecutorServer& server, std::int64_t noted)
    {
        static_cast<void>(server.handle(LookUpSeen{test::Messages::instance}));
        Seen seen = register_;
        seen.run = RunId(noted);
        REQUIRE(std::holds_alternative<Done>(*server.handle(WriteSeen{seen})));
        REQUIRE(std::holds_alternative<Done>(*server.handle(Begin{})));
    }

    Config config;
    test::FakeClock clock;
    Watched* jobs = nullptr;
    std::set<RunId> executed;
    bool ours = true;
    int released = 0;
    std::vector<std::string> logged;
    Seen register_;
};

Claim greeting(std::int64_t job, std::int64_t run)
{
    Claim claim;
    claim.job.id = JobId(job);
    claim.job.work = TaskCall{"greet", {{"name", "x"}}};
    claim.run = RunId(run);
    return claim;
}

StartResult start(ExecutorServer& server, const Claim& claim)
{
    return std::get<StartResult>(*server.handle(Start{claim}));
}

bool starts(ExecutorServer& server, const Claim& claim)
{
    return std::holds_alternative<Started>(start(server, claim));
}

/// Lets what runs end, and the store process hear of it.
Waited wait(Place& place, ExecutorServer& server)
{
    static_cast<void>(server.handle(Wait{Duration::zero()}));
    server.note_ended(place.jobs->wait(Duration::zero()));
    return std::get<Waited>(*server.due(std::chrono::steady_clock::now()));
}

} // namespace

TEST_CASE("a job of a task is started as the config says, and its end is told once")
{
    Place place;
    auto server = place.server();
    place.begin(server, 10);
    CHECK(starts(server, greeting(1, 1)));
    CHECK(server.unrecorded() == 1);
    const Waited waited = wait(place, server);
    REQUIRE(waited.ended.size() == 1);
    CHECK(waited.ended[0].run == RunId{1});
    CHECK(waited.holds_lock == true);
    CHECK(wait(place, server).ended.empty());
    CHECK_FALSE(server.handle(Release{RunId{1}}));
    CHECK(server.unrecorded() == 0);
}

TEST_CASE("a number that no job, run or attempt can have is refused, for a row can have any")
{
    Place place;
    auto server = place.server();
    place.begin(server, 10);
    for (const auto& [job, run, attempt] : {std::array{0, 1, 1}, {-1, 1, 1}, {1, 0, 1}, {1, -1, 1}, {1, 1, 0}}) {
        Start request{greeting(job, run)};
        request.claim.attempt = attempt;
        const auto reply = server.handle(request);
        REQUIRE(reply);
        CHECK(std::holds_alternative<Refused>(std::get<StartResult>(*reply)));
    }
    CHECK(server.unrecorded() == 0);
}

TEST_CASE("no run is started twice, none that was started before this tick, and none that is not written down")
{
    Place place;
    auto server = place.server(5);
    place.begin(server, 10);
    CHECK_FALSE(starts(server, greeting(1, 5)));
    CHECK_FALSE(starts(server, greeting(1, 11)));
    CHECK(starts(server, greeting(1, 6)));
    static_cast<void>(wait(place, server));
    static_cast<void>(server.handle(Release{RunId{6}}));
    CHECK_FALSE(starts(server, greeting(2, 6)));
}

TEST_CASE("a job that runs is not started once more, and no more run than run.concurrency allows")
{
    Place place;
    auto server = place.server();
    place.begin(server, 10);
    CHECK(starts(server, greeting(1, 1)));
    CHECK_FALSE(starts(server, greeting(1, 2)));
    CHECK(starts(server, greeting(2, 3)));
    CHECK_FALSE(starts(server, greeting(3, 4)));
}

TEST_CASE("what was written down is never lowered")
{
    Place place;
    auto server = place.server(5);
    place.begin(server, 10);
    Seen seen = place.register_;
    seen.run = RunId{9};
    CHECK_THROWS_AS(static_cast<void>(server.handle(WriteSeen{seen})), ProtocolError);
    CHECK(place.register_.run == RunId{10});
    CHECK(place.register_.machine.hardware == "card:1"); // not the store process's word
}

TEST_CASE("a due time of a schedule is served as often as its attempts allow")
{
    Place place;
    auto server = place.server();
    place.begin(server, 100);
    std::int64_t run = 0;
    const auto nightly = [&](Time at) {
        Claim claim = greeting(1, ++run);
        claim.job.work = TaskCall{"schedule:nightly", {}};
        claim.job.schedule = "nightly";
        claim.job.nominal_at = at;
        const StartResult result = start(server, claim);
        if (!std::holds_alternative<Started>(result))
            return false;
        static_cast<void>(wait(place, server));
        static_cast<void>(server.handle(Release{claim.run}));
        return true;
    };
    const Time due{std::chrono::minutes(7)};
    CHECK(nightly(due));
    CHECK_FALSE(nightly(due));
    CHECK(nightly(due + std::chrono::minutes(1)));
    CHECK_FALSE(nightly(due + std::chrono::seconds(1)));
}

TEST_CASE("nothing is killed but what this host has executed itself")
{
    Place place;
    auto server = place.server();
    place.begin(server, 10);
    place.executed.insert(RunId{3});
    Run run;
    run.id = RunId{4};
    CHECK_FALSE(server.handle(KillRemains{run}));
    CHECK(place.jobs->killed_remains.empty());
    run.id = RunId{3};
    CHECK_FALSE(server.handle(KillRemains{run}));
    CHECK(place.jobs->killed_remains == std::vector{RunId{3}});
}

TEST_CASE("a tick whose lock is gone starts nothing")
{
    Place place;
    auto server = place.server();
    place.begin(server, 10);
    place.ours = false;
    CHECK(std::get<bool>(*server.handle(AskLock{})) == false);
    CHECK_FALSE(starts(server, greeting(1, 1)));
}

TEST_CASE("the signal to stop is told at once, and ends what is started after it")
{
    Place place;
    auto server = place.server();
    place.begin(server, 10);
    CHECK_FALSE(server.handle(Wait{std::chrono::minutes(1)}));
    CHECK_FALSE(server.due(std::chrono::steady_clock::now()));
    place.jobs->signal = 15;
    CHECK(std::get<Waited>(*server.due(std::chrono::steady_clock::now())).stop_signal == 15);
    CHECK(starts(server, greeting(1, 1)));
    CHECK(place.jobs->stopped.size() == 1);
}

TEST_CASE("a second question before the answer, a second database and a second beginning are refused")
{
    Place place;
    auto server = place.server();
    CHECK_THROWS_AS(static_cast<void>(server.handle(Begin{})), ProtocolError);
    place.begin(server, 10);
    CHECK_THROWS_AS(static_cast<void>(server.handle(Begin{})), ProtocolError);
    CHECK_THROWS_AS(static_cast<void>(server.handle(LookUpSeen{"00000000-0000-4000-8000-000000000000"})),
                    ProtocolError);
    CHECK_FALSE(server.handle(Wait{std::chrono::minutes(1)}));
    CHECK_THROWS_AS(static_cast<void>(server.handle(AskLock{})), ProtocolError);
}

TEST_CASE("the log takes no more lines than the jobs can give rise to")
{
    Place place;
    auto server = place.server();
    for (int i = 0; i < 5000; ++i)
        static_cast<void>(server.handle(Log{LogLevel::warning, "x"}));
    CHECK(place.logged.size() == 1001);
    place.begin(server, 10);
    REQUIRE(starts(server, greeting(1, 1)));
    static_cast<void>(server.handle(Log{LogLevel::warning, "of this one"}));
    CHECK(place.logged.back() == "of this one");
}

TEST_CASE("arbitrary messages start nothing that the config does not allow")
{
    Place place;
    test::Messages messages(7);
    int started = 0;
    for (int sent = 0; sent < test::many_messages;) {
        auto server = place.server();
        place.begin(server, messages.last_run() + 50);
        RunId last{};
        try {
            for (int i = 0; i < 100; ++i, ++sent) {
                const Request request = messages.next();
                if (const auto* start = std::get_if<Start>(&request))
                    last = start->claim.run;
                const auto reply = server.handle(decode_request(encode(request)));
                if (server.goodbye())
                    break;
                if (reply)
                    if (const auto* result = std::get_if<StartResult>(&*reply))
                        started += std::holds_alternative<Started>(*result) ? 1 : 0;
                server.note_ended(place.jobs->wait(Duration::zero()));
                if (!server.waits_until() && messages.below(4) == 0) // else all jobs would soon have a run
                    static_cast<void>(server.handle(Release{last}));
                static_cast<void>(server.due(std::chrono::steady_clock::now() + std::chrono::hours(2)));
            }
        } catch (const ProtocolError&) {
            ++sent; // a store process that sends this is ended; another takes its turn
        }
    }
    CHECK(started > test::many_messages / 200); // or it was no test
}

TEST_CASE("arbitrary bytes start nothing that the config does not allow")
{
    Place place;
    test::Messages messages(8);
    for (int sent = 0; sent < test::many_messages; ++sent) {
        auto server = place.server();
        place.begin(server, 50);
        try {
            static_cast<void>(server.handle(decode_request(messages.bytes(300))));
        } catch (const ProtocolError&) {
        }
    }
}
