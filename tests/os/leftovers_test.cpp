#include "bench.hpp"
#include "processes.hpp"

#include <unistd.h>

#include <cstdlib>
#include <fstream>

using namespace escher;
using namespace std::chrono_literals;

namespace {

/// Starts a shell that writes its pid to the FIFO and stays.
std::string stay(const Fifo& fifo)
{
    return "sh -c 'echo $$ > " + fifo.path() + "; exec sleep 1000'";
}

} // namespace

TEST_CASE("what a job leaves behind in its group is killed")
{
    Bench bench;
    const Fifo ready(bench.directory() / "ready");
    const Fifo go(bench.directory() / "go");
    const auto spec = bench.shell(stay(ready) + " & read line < " + go.path() + "; exit 4");
    bench.start(spec);
    const Watched left(ready.read_pid());
    CHECK(left.lives());
    go.write_line("go");
    CHECK(bench.await(spec.run).outcome == Outcome{Exited{4}});
    CHECK_FALSE(left.lives());
}

TEST_CASE("descendants that left the session are killed before the run is told of")
{
    Bench bench;
    const Fifo ready(bench.directory() / "ready");
    const Fifo go(bench.directory() / "go");
    const std::vector<std::string> ways = {
        "setsid " + stay(ready) + " &",
        "setsid " + stay(ready) + " > /dev/null 2>&1 < /dev/null &",
        "(setsid setsid " + stay(ready) + " > /dev/null 2>&1 &) &",
        "env -i PATH=$PATH setsid " + stay(ready) + " > /dev/null 2>&1 &",
        "perl -MPOSIX -e 'exit if fork; setsid; exit if fork; exec @ARGV' " + stay(ready) + ";",
    };
    for (const auto& way : ways) {
        CAPTURE(way);
        const auto spec = bench.shell(way + " read line < " + go.path());
        bench.start(spec);
        const Watched left(ready.read_pid());
        CHECK(left.lives());
        go.write_line("go");
        CHECK(bench.await(spec.run).outcome == Outcome{Exited{0}});
        CHECK_FALSE(left.lives());
        bench.jobs().release(spec.run);
    }
}

TEST_CASE("descendants that hide are killed, whatever else runs")
{
    Bench bench;
    const Fifo ready(bench.directory() / "ready");
    const Fifo go(bench.directory() / "go");
    const auto other = bench.shell("exec sleep 1000"); // older and running, so that age tells nothing
    bench.start(other);
    const std::vector<std::string> ways = {
        "env -i PATH=$PATH setsid " + stay(ready) + " > /dev/null 2>&1 < /dev/null &",
        "env -i PATH=$PATH setsid perl -e 'require \"syscall.ph\"; syscall(&SYS_prctl, 4, 0, 0, 0, 0);"
        " open F, \">" +
            ready.path() + "\"; print F \"$$\\n\"; close F; sleep 1000' > /dev/null 2>&1 &",
    };
    for (const auto& way : ways) {
        CAPTURE(way);
        const auto spec = bench.shell(way + " read line < " + go.path());
        bench.start(spec);
        const Watched left(ready.read_pid());
        CHECK(left.lives());
        go.write_line("go");
        CHECK(bench.await(spec.run).outcome == Outcome{Exited{0}});
        CHECK_FALSE(left.lives());
    }
    bench.jobs().stop(other.run, 30s, false);
    bench.await(other.run);
}

TEST_CASE("what one run may leave is not killed with what another may not")
{
    Bench bench;
    std::vector<Watched> left;
    for (const auto leftovers : {Leftovers::allow, Leftovers::kill}) {
        const std::string name = leftovers == Leftovers::allow ? "allowed" : "killed";
        const Fifo ready(bench.directory() / (name + ".ready"));
        const Fifo go(bench.directory() / (name + ".go"));
        auto spec = bench.shell("setsid " + stay(ready) + " > /dev/null 2>&1 & read line < " + go.path());
        spec.leftovers = leftovers;
        const auto process = bench.start(spec);
        left.emplace_back(ready.read_pid());
        go.write_line("go");
        siginfo_t info = {}; // both are to be cleared at once
        REQUIRE(::waitid(P_PID, static_cast<id_t>(process.pid), &info, WEXITED | WNOWAIT) == 0);
    }
    std::size_t ended = 0;
    while (ended < 2)
        ended += bench.jobs().wait(std::chrono::minutes(2)).size();
    CHECK(left[0].lives());
    CHECK_FALSE(left[1].lives());
    left[0].kill();
    CHECK(left[0].ends());
}

TEST_CASE("a run whose leftovers take their time to die is not told of before they have")
{
    // Each of them ends on its own as well, at the very moment at which it is looked for.
    Bench bench;
    for (int round = 0; round < 40; ++round) {
        const auto spec =
            bench.shell("for i in 1 2 3 4; do setsid sh -c 'exec 9>>" + (bench.directory() / "held").string() +
                        "; flock -x 9; sleep 0.00$i; :' > /dev/null 2>&1 & done; exit 3");
        CHECK(bench.run(spec).outcome == Outcome{Exited{3}});
        CHECK(bench.run(bench.job({"/usr/bin/flock", "-n", (bench.directory() / "held").string(), "true"})).outcome ==
              Outcome{Exited{0}});
    }
}

TEST_CASE("an orphan with a cleared environment belongs to the run whose output it writes to")
{
    Bench bench;
    const Fifo ready(bench.directory() / "ready");
    const Fifo go(bench.directory() / "go");
    const auto other = bench.shell("exec sleep 1000"); // younger and running, so that age tells nothing
    const auto spec = bench.shell("env -i PATH=$PATH setsid " + stay(ready) + " & read line < " + go.path());
    bench.start(other);
    bench.start(spec);
    const Watched left(ready.read_pid());
    go.write_line("go");
    CHECK(bench.await(spec.run).outcome == Outcome{Exited{0}});
    CHECK_FALSE(left.lives());
    bench.jobs().stop(other.run, 30s, false);
    bench.await(other.run);
}

TEST_CASE("a tree of orphans is killed down to the last one")
{
    Bench bench;
    const Fifo ready(bench.directory() / "ready");
    // Each level is in a session of its own and waits for the next one.
    std::string tree = stay(ready);
    for (int level = 0; level < 4; ++level)
        tree = "setsid -w " + tree;
    const auto spec = bench.shell(tree + " > /dev/null 2>&1 & read line < " + ready.path() + "; echo $line");
    const auto ended = bench.run(spec);
    CHECK(ended.outcome == Outcome{Exited{0}});
    CHECK_FALSE(Watched(static_cast<pid_t>(std::stoi(bench.output(spec)))).lives());
}

TEST_CASE("allowed leftovers live on and hold the lease")
{
    Bench bench;
    const Fifo ready(bench.directory() / "ready");
    const Fifo go(bench.directory() / "go");
    auto spec = bench.shell("setsid " + stay(ready) + " & read line < " + go.path());
    spec.leftovers = Leftovers::allow;
    bench.start(spec);
    const Watched left(ready.read_pid());
    go.write_line("go");
    CHECK(bench.await(spec.run).outcome == Outcome{Exited{0}});
    bench.jobs().release(spec.run);
    CHECK(left.lives());

    const auto file = (bench.output_directory() / spec.output_file).string();
    CHECK(bench.run(bench.job({"/usr/bin/flock", "-n", file, "true"})).outcome == Outcome{Exited{1}});
    CHECK(left.lives()); // the end of another run is not its end
    left.kill();
    CHECK(left.ends());
    CHECK(bench.jobs().wait(0ms).empty()); // reaped
    CHECK(bench.run(bench.job({"/usr/bin/flock", "-n", file, "true"})).outcome == Outcome{Exited{0}});
}

TEST_CASE("the end of one run does not touch the orphans of another")
{
    Bench bench;
    const Fifo ready(bench.directory() / "ready");
    const Fifo go(bench.directory() / "go");
    // Without a session or an environment that tells, it could be either's: it stays as long as one may own it.
    const auto first = bench.shell("(env -i PATH=$PATH setsid " + stay(ready) + " &); exec sleep 1000");
    bench.start(first);
    const Watched orphan(ready.read_pid());
    CHECK(bench.run(bench.shell("exit 0")).outcome == Outcome{Exited{0}});
    CHECK(orphan.lives());
    bench.jobs().stop(first.run, 30s, false);
    bench.await(first.run);
    CHECK_FALSE(orphan.lives());
}

// Started by the next one, as the program that runs the jobs: this one.
TEST_CASE("a stand-in for a tick" * doctest::skip())
{
    const char* ready = std::getenv("ESCHER_TEST_READY");
    REQUIRE(ready != nullptr);
    std::ofstream(ready) << ::getpid() << std::endl;
    ::pause();
}

TEST_CASE("a tick that a job has started in the background is not a part of the job")
{
    Bench bench;
    const Fifo ready(bench.directory() / "ready");
    const auto run = [&](const std::string& program) {
        const auto spec = bench.shell(program + " > /dev/null 2>&1 & read pid < " + ready.path() + "; echo $pid");
        CHECK(bench.run(spec).outcome == Outcome{Exited{0}});
        return Watched(static_cast<pid_t>(std::stoi(bench.output(spec))));
    };
    // As start_detached() does it.
    const std::string detached = "env -i PATH=$PATH ESCHER_TEST_READY=" + ready.path() +
                                 " ESCHER_CRON_DETACHED=1 prlimit --rttime=unlimited setsid ";
    const auto tick = run(detached + std::filesystem::read_symlink("/proc/self/exe").string() +
                          " --no-skip --test-case='a stand-in for a tick'");
    CHECK(tick.lives());
    tick.kill();
    CHECK(tick.ends());
    // That word alone does not save anybody, whoever says it.
    CHECK_FALSE(run("env ESCHER_CRON_DETACHED=1 setsid " + stay(ready)).lives());
    CHECK_FALSE(run(detached + stay(ready)).lives());
}
