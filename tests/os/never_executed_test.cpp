#include "bench.hpp"
#include "dead_runner.hpp"

#include <fcntl.h>
#include <sys/file.h>

using namespace escher;

TEST_CASE("a claim whose runner died before the exec was never executed")
{
    Bench bench;
    const DeadRunner runner(bench, bench.shell("exit 0"));
    const auto run = unrecorded(runner.run());
    const auto file = bench.output_directory() / output_name(run);
    const auto record = bench.directory() / "lock";
    auto next = run; // claimed by the same runner, which did not get round to it
    next.id = RunId{static_cast<std::int64_t>(run.id) + 1};
    SUBCASE("nothing is noted of it where its runner noted what it executed")
    {
        CHECK(bench.jobs().examine(next) == Liveness::never_executed);
        next.started_at = Time{};
        CHECK(bench.jobs().examine(next) == Liveness::dead); // a start on record stands
    }
    SUBCASE("nor of it, but of the run whose place it would have taken")
    {
        next.id = RunId{static_cast<std::int64_t>(run.id) + os::ExecutionRecord::slots};
        CHECK(bench.jobs().examine(next) == Liveness::never_executed);
    }
    SUBCASE("nothing is proved of a row that tells no boot: what was noted may be lost with one")
    {
        next.runner.process.boot_id.clear();
        CHECK(bench.jobs().examine(next) == Liveness::dead);
    }
    SUBCASE("nor of one whose lock is held")
    {
        const auto path = bench.output_directory() / output_name(next);
        const os::Fd output(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
        REQUIRE(::flock(output.get(), LOCK_EX | LOCK_NB) == 0);
        CHECK(bench.jobs().examine(next) == Liveness::orphaned);
    }
    SUBCASE("nor where the lock file was emptied while it was open")
    {
        std::filesystem::resize_file(record, 0);
        CHECK(bench.jobs().examine(next) == Liveness::dead);
        const os::LockFile emptied(record); // which gives it another epoch
        CHECK(bench.jobs().examine(next) == Liveness::dead);
    }
    SUBCASE("but not once it was, recorded or not, whatever became of its output file")
    {
        CHECK(bench.jobs().examine(run) == Liveness::dead);
        std::filesystem::remove(file);
        CHECK(bench.jobs().examine(run) == Liveness::dead);
    }
    SUBCASE("nor where a later run's note may have taken the place of its own")
    {
        next.id = RunId{static_cast<std::int64_t>(run.id) - os::ExecutionRecord::slots};
        CHECK(bench.jobs().examine(next) == Liveness::dead);
    }
    SUBCASE("nor where its runner noted elsewhere: the lock file was made anew, or emptied")
    {
        std::filesystem::remove(record);
        const os::LockFile anew(record);
        const auto jobs = os::make_supervisor({.output_directory = bench.output_directory(),
                                               .instance = Bench::instance,
                                               .mark_lives = {},
                                               .executions = anew.executions()});
        CHECK(jobs->examine(run) == Liveness::dead);
        CHECK(jobs->examine(next) == Liveness::elsewhere); // no file of its own is here
        std::filesystem::resize_file(record, 0);
        const os::LockFile emptied(record);
        CHECK(os::LockFile::epoch_of(emptied.mark()) != os::LockFile::epoch_of(anew.mark()));
    }
    SUBCASE("nor where another database shares the lock")
    {
        const auto jobs = os::make_supervisor({.output_directory = bench.output_directory(),
                                               .instance = "another",
                                               .mark_lives = {},
                                               .executions = bench.lock().executions()});
        CHECK(jobs->examine(run) == Liveness::dead);
    }
}
