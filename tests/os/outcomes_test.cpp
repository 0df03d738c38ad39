#include "bench.hpp"
#include "processes.hpp"

#include <set>

using namespace escher;
using namespace std::chrono_literals;

TEST_CASE("a run ends with the exit code of its program")
{
    Bench bench;
    for (const int code : {0, 1, 77, 255}) {
        const auto ended = bench.run(bench.shell("exit " + std::to_string(code)));
        CHECK(ended.outcome == Outcome{Exited{code}});
    }
    CHECK(bench.jobs().running() == 0);
}

TEST_CASE("a run ends with the signal that killed its program")
{
    Bench bench;
    for (const int signal : {SIGKILL, SIGTERM, SIGHUP, SIGUSR1}) {
        const auto ended = bench.run(bench.shell("kill -" + std::to_string(signal) + " $$"));
        CHECK(ended.outcome == Outcome{Signaled{.signal = signal}});
    }
}

TEST_CASE("cpu time and memory are accounted to the run")
{
    Bench bench;
    const auto ended =
        bench.run(bench.job({"/usr/bin/python3", "-c", "x = bytearray(50 << 20); sum(range(3000000))"}));
    CHECK(ended.outcome == Outcome{Exited{0}});
    CHECK(ended.usage.cpu_user > 10ms);
    CHECK(ended.usage.peak_memory_bytes > 50 << 20);
}

TEST_CASE("runs that end are each told of exactly once")
{
    Bench bench;
    std::set<RunId> expected;
    for (int i = 0; i < 30; ++i) {
        const auto spec = bench.shell("exit " + std::to_string(i));
        bench.start(spec);
        expected.insert(spec.run);
    }
    CHECK(bench.jobs().running() == 30);
    while (!expected.empty()) {
        for (const auto& ended : bench.jobs().wait(1min)) {
            CHECK(expected.erase(ended.run) == 1);
            CHECK(ended.outcome == Outcome{Exited{static_cast<int>(ended.run) - 1}});
            CHECK(bench.jobs().owns(ended.run));
            bench.jobs().release(ended.run);
            CHECK_FALSE(bench.jobs().owns(ended.run));
        }
    }
    CHECK(bench.jobs().running() == 0);
    CHECK(bench.jobs().wait(0ms).empty());
}

TEST_CASE("a job that takes too long is told to end")
{
    Bench bench;
    auto spec = bench.shell("trap 'echo told; exit 0' TERM; while :; do read line < /dev/tty; done 2> /dev/null");
    spec.timeout = 100ms;
    const auto ended = bench.run(spec);
    CHECK(ended.outcome == Outcome{TimedOut{}});
    CHECK(bench.output(spec) == "told\n");
}

TEST_CASE("a job that ignores being told is killed")
{
    Bench bench;
    auto spec = bench.shell("trap '' TERM; sleep 1000; echo survived");
    spec.timeout = 50ms;
    spec.kill_after = 50ms;
    const auto ended = bench.run(spec);
    CHECK(ended.outcome == Outcome{TimedOut{}});
    CHECK(bench.output(spec).empty());
}

TEST_CASE("a stopped job times out as well")
{
    Bench bench;
    auto spec = bench.shell("kill -STOP $$; echo woken; exec sleep 1000");
    spec.timeout = 100ms;
    CHECK(bench.run(spec).outcome == Outcome{TimedOut{}});
}

TEST_CASE("a run can be stopped on request")
{
    Bench bench;
    const auto spec = bench.shell("exec sleep 1000");
    bench.start(spec);
    bench.jobs().stop(spec.run, 30s, false);
    CHECK(bench.await(spec.run).outcome == Outcome{Cancelled{false}});
}

TEST_CASE("a run that does not stop on request is killed after the grace")
{
    Bench bench;
    const Fifo ready(bench.directory() / "ready");
    const auto spec = bench.shell("trap '' TERM; echo x > " + ready.path() + "; sleep 1000");
    bench.start(spec);
    ready.read_line();
    bench.jobs().stop(spec.run, 30ms, true);
    CHECK(bench.await(spec.run).outcome == Outcome{Cancelled{true}});
}

TEST_CASE("a job that finishes its work within a shutdown's grace has finished it")
{
    for (const bool by_shutdown : {true, false}) {
        CAPTURE(by_shutdown);
        Bench bench;
        const Fifo ready(bench.directory() / "ready");
        const auto spec =
            bench.shell("trap 'exit 0' TERM; echo x > " + ready.path() + "; while :; do sleep 0.01; done");
        bench.start(spec);
        ready.read_line();
        bench.jobs().stop(spec.run, 30s, by_shutdown);
        const Outcome outcome = bench.await(spec.run).outcome;
        if (by_shutdown)
            CHECK(outcome == Outcome{Exited{0}});
        else
            CHECK(outcome == Outcome{Cancelled{false}});
    }
}

TEST_CASE("a person's request stands over a shutdown")
{
    for (const bool shutdown_first : {false, true}) {
        Bench bench;
        const auto spec = bench.shell("exec sleep 1000");
        bench.start(spec);
        bench.jobs().stop(spec.run, 30s, shutdown_first);
        bench.jobs().stop(spec.run, 30s, !shutdown_first);
        // The first may have ended it already; what stands then is the first.
        const auto ended = bench.await(spec.run);
        if (!shutdown_first)
            CHECK(ended.outcome == Outcome{Cancelled{false}});
        else
            CHECK(std::holds_alternative<Cancelled>(ended.outcome));
    }
}

TEST_CASE("a run that has ended is left alone by a stop")
{
    Bench bench;
    const auto spec = bench.shell("exit 3");
    const auto process = bench.start(spec);
    CHECK(Watched(static_cast<pid_t>(process.pid)).ends());
    bench.jobs().stop(spec.run, 0ms, false);
    CHECK(bench.await(spec.run).outcome == Outcome{Exited{3}});
    bench.jobs().stop(spec.run, 0ms, false);
    bench.jobs().stop(RunId{4711}, 0ms, false);
}

TEST_CASE("a stop signal wakes the wait and is remembered")
{
    for (const int signal : {SIGTERM, SIGINT}) {
        Bench bench;
        CHECK_FALSE(bench.jobs().stop_signal());
        const auto spec = bench.shell("exec sleep 1000");
        bench.start(spec);
        ::kill(::getpid(), signal);
        CHECK(bench.jobs().wait(1h).empty());
        CHECK(bench.jobs().stop_signal() == signal);
        bench.jobs().stop(spec.run, 30s, true);
        CHECK(bench.await(spec.run).outcome == Outcome{Cancelled{true}});
    }
}

TEST_CASE("the lease of a run is held until it is released")
{
    Bench bench;
    const auto spec = bench.shell("echo done");
    bench.start(spec);
    bench.await(spec.run);
    const std::vector<std::string> probe = {"/usr/bin/flock", "--nonblock",
                                            (bench.output_directory() / spec.output_file).string(), "true"};
    CHECK(bench.run(bench.job(probe)).outcome == Outcome{Exited{1}});
    bench.jobs().release(spec.run);
    CHECK(bench.run(bench.job(probe)).outcome == Outcome{Exited{0}});
}
