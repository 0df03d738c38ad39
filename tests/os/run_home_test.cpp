#include "bench.hpp"
#include "dead_runner.hpp"

#include <fcntl.h>
#include <sys/file.h>

using namespace escher;

TEST_CASE("what holds a lock lives, whatever boot its row tells of")
{
    Bench bench;
    const DeadRunner runner(bench, bench.shell("exit 0"));
    auto run = runner.run();
    run.runner.process.boot_id = "00000000-0000-0000-0000-000000000000";
    SUBCASE("the lease")
    {
        const auto path = bench.output_directory() / output_name(run);
        const os::Fd file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
        REQUIRE(::flock(file.get(), LOCK_EX | LOCK_NB) == 0);
        CHECK(bench.jobs().examine(run) == Liveness::orphaned);
    }
    SUBCASE("the runner's mark")
    {
        const os::LockFile other(bench.directory() / "lock");
        run.runner.mark = other.mark();
        const auto jobs =
            os::make_supervisor({.output_directory = bench.output_directory(),
                                 .instance = Bench::instance,
                                 .mark_lives = [&](std::int64_t mark) { return bench.lock().mark_lives(mark); },
                                 .executions = bench.lock().executions()});
        CHECK(jobs->examine(run) == Liveness::supervised);
    }
}
