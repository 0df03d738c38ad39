#include "split/remote_executor.hpp"
#include "split/serve.hpp"
#include "tick/fake_executor.hpp"

#include <doctest/doctest.h>

#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <csignal>

using namespace escher;
using namespace escher::split;

namespace {

const std::string instance = "3b1c7a52-0000-4000-8000-000000000001";

/// A child that does what the test says, in the place of a store process.
class Child {
public:
    explicit Child(const std::function<void(int socket)>& body)
    {
        int ends[2] = {};
        REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
        store.socket.reset(ends[0]);
        const os::Fd theirs(ends[1]);
        store.pid = ::fork();
        if (store.pid == 0) {
            store.socket.reset();
            try {
                body(theirs.get());
            } catch (const std::exception&) {
                ::_exit(1);
            }
            ::_exit(0);
        }
        store.process.reset(static_cast<int>(::syscall(SYS_pidfd_open, store.pid, 0)));
    }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;
    ~Child()
    {
        ::kill(store.pid, SIGKILL);
        ::waitpid(store.pid, nullptr, 0);
    }

    StoreProcess store;
};

/// Ends its runs at once, and waits for who calls.
class Waiting : public test::FakeExecutor {
public:
    Waiting(test::FakeClock& clock, const StoreProcess& store) : FakeExecutor(clock), store_(store) {}

    std::vector<RunEnded> wait(Duration at_most) override
    {
        auto ended = FakeExecutor::wait(Duration::zero());
        pollfd caller{.fd = store_.socket.get(), .events = POLLIN, .revents = 0};
        if (ended.empty())
            ::poll(&caller, 1, static_cast<int>(std::min<Duration>(at_most, std::chrono::seconds(10)).count()));
        return ended;
    }

private:
    const StoreProcess& store_;
};

struct Supervisor {
    Supervisor()
    {
        config.run.concurrency = 2;
        config.run.shutdown_grace = Duration::zero();
        config.database.busy_timeout = Duration::zero();
        Task task;
        task.name = "greet";
        task.argv = {"echo", "hello"};
        config.policies.tasks[task.name] = task;
    }

    Parting serve(const std::function<void(int socket)>& body)
    {
        Child child(body);
        ExecutorServer server({
            .config = config,
            .boot_id = "boot",
            .executor =
                [&](const std::string&) {
                    auto jobs = std::make_unique<Waiting>(clock, child.store);
                    jobs->signal = signal;
                    started = &jobs->started;
                    return jobs;
                },
            .was_executed = [](const Run&, const std::string&) { return false; },
            .outer_runs = [](const std::string&) { return std::vector<RunId>{}; },
            .lock = {.still_ours = [] { return true; },
                     .release = [this] { ++released; },
                     .retake = [] { return true; }},
            .seen = {.look_up = [](const std::string&) { return os::SeenRegister::Answer{}; },
                     .write = [](const Seen&) {},
                     .hold = [] { return std::optional<os::SeenRegister::Hold>{}; },
                     .write_hold = [](const os::SeenRegister::Hold&) {},
                     .clear_damaged = {},
                     .file = {},
                     .hardware = [] { return std::string(); }},
            .now = [this] { return clock.now(); },
            .log = [this](LogLevel, const std::string& text) { logged.push_back(text); },
        });
        Parting parting = split::serve(child.store, server, config);
        started_count = started != nullptr ? started->size() : 0;
        CHECK_FALSE(child.store.socket);
        pollfd gone{.fd = child.store.process.get(), .events = POLLIN, .revents = 0};
        CHECK(::poll(&gone, 1, 10'000) == 1);
        return parting;
    }

    /// As a tick begins.
    static void begin(RemoteExecutor& jobs)
    {
        const auto seen = jobs.seen();
        static_cast<void>(seen.look_up(instance));
        seen.write({.instance = instance,
                    .generation = "g",
                    .run = RunId{10},
                    .job = JobId{10},
                    .lock = {},
                    .machine = {},
                    .at = {}});
        jobs.begin();
    }

    Config config;
    test::FakeClock clock;
    std::optional<int> signal;
    std::vector<LaunchSpec>* started = nullptr;
    std::size_t started_count = 0;
    int released = 0;
    std::vector<std::string> logged;
};

Claim greeting(std::int64_t number)
{
    Claim claim;
    claim.job.id = JobId(number);
    claim.job.work = TaskCall{"greet", {}};
    claim.run = RunId(number);
    return claim;
}

} // namespace

TEST_CASE("a tick in another process has its jobs run, and says farewell")
{
    Supervisor supervisor;
    const Parting parting = supervisor.serve([&](int socket) {
        RemoteExecutor jobs(socket, most_request(supervisor.config), {});
        Supervisor::begin(jobs);
        int status = 0;
        if (!std::holds_alternative<Started>(jobs.start({}, greeting(1))) || jobs.running() != 1 ||
            !jobs.owns(RunId{1}))
            status = 1;
        const auto ended = jobs.wait(std::chrono::minutes(1));
        if (ended.size() != 1 || ended.front().outcome != Outcome{Exited{0}} || jobs.running() != 0)
            status = 2;
        jobs.release(RunId{1});
        auto unknown = greeting(2);
        unknown.job.work = TaskCall{"other", {}};
        if (!std::holds_alternative<Refused>(jobs.start({}, unknown)))
            status = 3;
        if (!jobs.lock().still_ours() || jobs.owns(RunId{1}))
            status = 4;
        jobs.log(LogLevel::info, "told");
        jobs.say({.status = status, .error = {}});
    });
    REQUIRE(parting.goodbye);
    CHECK(parting.goodbye->status == 0);
    CHECK(parting.unrecorded == 0);
    CHECK(supervisor.started_count == 1);
    CHECK(supervisor.logged == std::vector<std::string>{"told"});
}

TEST_CASE("who dies leaves results that nobody has recorded, and lets the lock go")
{
    Supervisor supervisor;
    const Parting parting = supervisor.serve([&](int socket) {
        RemoteExecutor jobs(socket, most_request(supervisor.config), {});
        Supervisor::begin(jobs);
        static_cast<void>(jobs.start({}, greeting(1)));
        ::raise(SIGKILL);
    });
    CHECK_FALSE(parting.goodbye);
    CHECK(parting.unrecorded == 1);
    CHECK(parting.trouble.find("without a word") != std::string::npos);
    CHECK(supervisor.released == 1);
}

TEST_CASE("who sends what is no message is ended")
{
    Supervisor supervisor;
    const Parting parting = supervisor.serve([&](int socket) {
        RemoteExecutor jobs(socket, most_request(supervisor.config), {});
        Supervisor::begin(jobs);
        send(socket, "\x7fnonsense");
        ::pause();
    });
    CHECK(parting.trouble.find("it sent") != std::string::npos);
}

TEST_CASE("who asks and does not read the answers is ended, and holds nobody up")
{
    Supervisor supervisor;
    const Parting parting = supervisor.serve([&](int socket) {
        RemoteExecutor jobs(socket, most_request(supervisor.config), {});
        Supervisor::begin(jobs);
        for (;;)
            send(socket, encode(Request(AskLock{})));
    });
    CHECK(parting.trouble.find("did not read") != std::string::npos);
}

TEST_CASE("who hangs in the middle of a message is ended when the tick is told to stop")
{
    Supervisor supervisor;
    supervisor.signal = SIGTERM;
    const Parting parting = supervisor.serve([&](int socket) {
        ::signal(SIGTERM, SIG_IGN);
        RemoteExecutor jobs(socket, most_request(supervisor.config), {});
        Supervisor::begin(jobs);
        static_cast<void>(::send(socket, "\x50\0\0", 3, 0));
        for (;;)
            ::pause();
    });
    CHECK(parting.trouble.find("did not end in time") != std::string::npos);
}
