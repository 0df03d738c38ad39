#include "bench.hpp"
#include "dead_runner.hpp"

#include "os/output_file.hpp"
#include "os/process_table.hpp"
#include "os/run_tag.hpp"

#include <fcntl.h>
#include <grp.h>
#include <pthread.h>
#include <sys/resource.h>

using namespace escher;

namespace {

/// Kills what is left until nothing is. The one that is watched may end before others of its tree.
void clear_remains(Executor& jobs, const Run& run, const Watched& remains)
{
    CHECK(jobs.examine(run) == Liveness::orphaned);
    CHECK(remains.lives());
    jobs.kill_remains(run);
    CHECK(remains.ends());
    while (jobs.examine(run) == Liveness::orphaned) {
        jobs.kill_remains(run);
        ::sched_yield();
    }
    CHECK(jobs.examine(run) == Liveness::dead);
}

} // namespace

TEST_CASE("a plain job dies with its runner")
{
    Bench bench;
    const DeadRunner runner(bench, bench.shell("exec sleep 1000"));
    CHECK(Watched(static_cast<pid_t>(runner.run().process->pid)).ends());
    CHECK(bench.jobs().examine(runner.run()) == Liveness::dead);
}

TEST_CASE("what outlives its runner is seen as living, and killed")
{
    Bench bench;
    const Fifo fifo(bench.directory() / "ready");
    const std::string stay = "echo $$ > " + fifo.path() + "; exec sleep 1000";
    const std::string shell = "sh -c '" + stay + "'";
    const std::vector<std::vector<std::string>> jobs = {
        {"/bin/sh", "-c", shell + " & exec sleep 1000"},
        {"/bin/sh", "-c", shell + " > /dev/null 2>&1 & exec sleep 1000"},
        {"/bin/sh", "-c", "setsid " + shell + " & exec sleep 1000"},
        {"/bin/sh", "-c", "setsid " + shell + " > /dev/null 2>&1 & exec sleep 1000"},
        {"/bin/sh", "-c", "env -i PATH=$PATH setsid " + shell + " & exec sleep 1000"},
        {"php", "-r", "exec(\"" + std::string("sh -c 'echo \\$\\$ > ") + fifo.path() + "; exec sleep 1000'\");"},
        {"php", "-r",
         "$p = proc_open('" + std::string("echo $$ > ") + fifo.path() +
             "; exec sleep 1000', [['pipe', 'r'], ['pipe', 'w']], $pipes); sleep(1000);"},
        {"/usr/bin/python3", "-c",
         "import subprocess, sys; subprocess.run(['sh', '-c', sys.argv[1]], capture_output=True)", stay},
        {"/usr/bin/python3", "-c",
         "import subprocess, sys; subprocess.run(['sh', '-c', sys.argv[1]], stdout=subprocess.DEVNULL, "
         "stderr=subprocess.DEVNULL, start_new_session=True)",
         stay},
    };
    for (const auto& argv : jobs) {
        for (const bool recorded : {true, false}) {
            CAPTURE(argv.back());
            CAPTURE(recorded);
            DeadRunner runner(bench, bench.job(argv), &fifo);
            clear_remains(bench.jobs(), recorded ? runner.run() : unrecorded(runner.run()),
                          Watched(runner.told_pid()));
        }
    }
}

TEST_CASE("a job whose output file was deleted is still seen")
{
    Bench bench;
    const Fifo fifo(bench.directory() / "ready");
    const auto spec = bench.shell("env -i PATH=$PATH setsid sh -c 'echo $$ > " + fifo.path() +
                                  "; exec sleep 1000' & exec sleep 1000");
    DeadRunner runner(bench, spec, &fifo);
    std::filesystem::remove(bench.output_directory() / spec.output_file);
    clear_remains(bench.jobs(), runner.run(), Watched(runner.told_pid()));
}

TEST_CASE("a process in the session of a dead leader is waited for, but not killed on that suspicion")
{
    Bench bench;
    const Fifo fifo(bench.directory() / "ready");
    DeadRunner runner(bench,
                      bench.shell("env -i PATH=$PATH prlimit --rttime=unlimited sh -c 'echo $$ > " + fifo.path() +
                                  "; exec sleep 1000' > /dev/null 2>&1 & exec sleep 1000"),
                      &fifo);
    const auto main = static_cast<pid_t>(runner.run().process->pid);
    CHECK(::waitpid(main, nullptr, 0) == main); // adopted by us: gone without a trace now
    const Watched remains(runner.told_pid());
    CHECK(bench.jobs().examine(runner.run()) == Liveness::orphaned);
    bench.jobs().kill_remains(runner.run());
    CHECK(remains.lives());
    remains.kill();
    CHECK(remains.ends());
    CHECK(bench.jobs().examine(runner.run()) == Liveness::dead);
}

TEST_CASE("a run whose runner lives is supervised, by its mark or by its pid")
{
    Bench bench;
    const DeadRunner runner(bench, bench.shell("exit 0"));
    auto run = runner.run();
    run.runner.mark = 77;
    CHECK(bench.jobs().examine(run) != Liveness::supervised);
    const auto jobs = os::make_supervisor({.output_directory = bench.output_directory(),
                                           .instance = Bench::instance,
                                           .mark_lives = [](std::int64_t mark) { return mark == 77; }});
    CHECK(jobs->examine(run) == Liveness::supervised);
    run.runner.mark = 78;
    run.runner.process = os::own_identity();
    CHECK(jobs->examine(run) == Liveness::supervised);
    ++run.runner.process.start_ticks; // our pid, but another process
    CHECK(jobs->examine(run) != Liveness::supervised);
}

TEST_CASE("a run of our own is supervised")
{
    Bench bench;
    const auto spec = bench.shell("exec sleep 1000");
    bench.start(spec);
    Run run;
    run.id = spec.run;
    CHECK(bench.jobs().examine(run) == Liveness::supervised);
    bench.jobs().kill_remains(run);
    bench.jobs().stop(spec.run, std::chrono::seconds(30), false);
    CHECK(bench.await(spec.run).outcome == Outcome{Cancelled{false}}); // and was not killed
}

TEST_CASE("where the evidence is out of reach a run is doubtful")
{
    Bench bench;
    const DeadRunner runner(bench, bench.shell("exit 0"));
    auto run = runner.run();
    SUBCASE("an output directory that cannot be opened")
    {
        std::filesystem::rename(bench.output_directory(), bench.directory() / "elsewhere");
        write_file(bench.output_directory(), "");
        CHECK(bench.jobs().examine(run) == Liveness::doubtful);
        CHECK(bench.jobs().examine(unrecorded(run)) == Liveness::doubtful);
    }
    SUBCASE(
        "but one that is gone is gone with its files: the other witnesses are asked, and the next run makes it anew")
    {
        std::filesystem::remove_all(bench.output_directory());
        CHECK(bench.jobs().examine(run) == Liveness::dead);
        CHECK(bench.jobs().examine(unrecorded(run)) == Liveness::dead);
    }
    SUBCASE("a symbolic link in the place of the output file")
    {
        std::filesystem::remove(bench.output_directory() / output_name(run));
        std::filesystem::create_symlink("/dev/null", bench.output_directory() / output_name(run));
        CHECK(bench.jobs().examine(run) == Liveness::doubtful);
    }
    SUBCASE("another lock file, and no output file: another host's run")
    {
        run.runner.mark += std::int64_t{1} << 31;
        CHECK(bench.jobs().examine(run) == Liveness::dead); // its file is here: the lock file was made anew
        std::filesystem::remove(bench.output_directory() / output_name(run));
        CHECK(bench.jobs().examine(run) == Liveness::elsewhere);
        run.runner.process.boot_id = "00000000-0000-0000-0000-000000000000";
        CHECK(bench.jobs().examine(run) == Liveness::dead); // that kernel has gone, and what it knew
    }
    SUBCASE("another host by its number")
    {
        run.runner.host = HostId{2};
        CHECK(bench.jobs().examine(run) == Liveness::elsewhere);
        run.runner.process.boot_id = "00000000-0000-0000-0000-000000000000";
        CHECK(bench.jobs().examine(run) == Liveness::elsewhere);
    }
    SUBCASE("but after another boot nothing lives, and nothing is known of what did")
    {
        run.runner.process.boot_id = "00000000-0000-0000-0000-000000000000";
        std::filesystem::remove_all(bench.output_directory());
        CHECK(bench.jobs().examine(run) == Liveness::dead);
        CHECK(bench.jobs().examine(unrecorded(run)) == Liveness::dead);
    }
}

TEST_CASE("remains are killed, but never the process that kills")
{
    Bench bench;
    CHECK(await_exit(fork_and_run([&] {
              Bench inner;
              Run run;
              run.id = RunId{1};
              run.job = JobId{1};
              run.runner.process = {.pid = 1, .start_ticks = -1, .boot_id = os::kernel_boot_id()};
              std::filesystem::create_directories(inner.output_directory());
              const auto path = inner.output_directory() / output_name(run);
              const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
              if (::dup2(file, STDOUT_FILENO) < 0) // we write to its file, and so does the other
                  return 2;
              const pid_t other = fork_and_run([] { return ::pause(); });
              inner.jobs().kill_remains(run);
              return await_exit(other) == -SIGKILL ? 0 : 1;
          })) == 0);
}

namespace {

/// A job that leaves a daemon which tells nothing about where it comes from and cannot be dumped, as ssh-agent cannot.
std::string hidden_daemon(const Fifo& ready)
{
    return "env -i PATH=$PATH setsid perl -e 'require \"syscall.ph\"; syscall(&SYS_prctl, 4, 0, 0, 0, 0);"
           " open F, \">" +
           ready.path() +
           "\"; print F \"$$\\n\"; close F; sleep 1000' > /dev/null 2>&1 &"
           " exec sleep 1000";
}

/// As a user that has no other processes, which could be mistaken for the job's.
int as_somebody(const std::function<int()>& body)
{
    return await_exit(fork_and_run([&] {
        if (::geteuid() == 0 && (::setgroups(0, nullptr) != 0 || ::setgid(60123) != 0 || ::setuid(60123) != 0))
            return 98;
        return body();
    }));
}

} // namespace

TEST_CASE("a descendant that hides everything is known by its tag, before anything is recorded, and killed")
{
    const auto follow = [] {
        Bench bench;
        const Fifo ready(bench.directory() / "ready");
        DeadRunner runner(bench, bench.shell(hidden_daemon(ready)), &ready);
        const Run run = unrecorded(runner.run());
        const Watched daemon(runner.told_pid());
        if (bench.jobs().examine(run) != Liveness::orphaned || !daemon.lives())
            return 1;
        bench.jobs().kill_remains(run);
        return daemon.ends() && bench.jobs().examine(run) == Liveness::dead ? 0 : 2;
    };
    CHECK(follow() == 0);
    CHECK(as_somebody(follow) == 0);
}

TEST_CASE("a process of the run that has become another user's, as by a setuid program, is of the run all the same")
{
    if (::geteuid() != 0)
        return;
    Bench bench;
    const DeadRunner runner(bench, bench.shell("exec sleep 1000"));
    const Fifo ready(bench.directory() / "ready");
    const pid_t changed = fork_and_run([&] {
        const auto tag = os::run_tag(runner.run().id, Bench::instance);
        if (!tag || ::setrlimit(RLIMIT_RTTIME, &*tag) != 0)
            return 1;
        const os::Fd told(::open(ready.path().c_str(), O_WRONLY | O_CLOEXEC));
        if (!told || ::setgroups(0, nullptr) != 0 || ::setgid(60127) != 0 || ::setuid(60127) != 0 ||
            ::write(told.get(), "ready\n", 6) != 6)
            return 2;
        return ::pause();
    });
    REQUIRE(ready.read_line() == "ready");
    CHECK(bench.jobs().examine(runner.run()) == Liveness::orphaned);
    bench.jobs().kill_remains(runner.run());
    CHECK(await_exit(changed) == -SIGKILL);
    CHECK(bench.jobs().examine(runner.run()) == Liveness::dead);
}

TEST_CASE("where processes cannot be tagged, one that hides its environment is a doubt until it ends")
{
    CHECK(as_somebody([] {
              const rlimit no_room = {.rlim_cur = 1'000'000'000, .rlim_max = 1'000'000'000};
              if (::setrlimit(RLIMIT_RTTIME, &no_room) != 0)
                  return 1;
              Bench bench;
              const Fifo ready(bench.directory() / "ready");
              DeadRunner runner(bench, bench.shell(hidden_daemon(ready)), &ready);
              const Watched daemon(runner.told_pid());
              if (bench.jobs().examine(runner.run()) != Liveness::doubtful)
                  return 2;
              bench.jobs().kill_remains(runner.run());
              if (!daemon.lives()) // nothing is killed on a doubt
                  return 3;
              daemon.kill();
              return daemon.ends() && bench.jobs().examine(runner.run()) == Liveness::dead ? 0 : 4;
          }) == 0);
}

TEST_CASE("a main process of which only another thread lives has not ended")
{
    const Fifo ready(std::filesystem::temp_directory_path() / ("escher-thread." + std::to_string(::getpid())));
    const pid_t victim = fork_and_run([&] {
        pthread_t thread{};
        ::pthread_create(
            &thread, nullptr,
            [](void* fifo) -> void* {
                while (os::read_process(::getpid())->state != 'Z')
                    ::sched_yield();
                static_cast<const Fifo*>(fifo)->write_line("ready");
                for (;;)
                    ::pause();
            },
            const_cast<Fifo*>(&ready));
        ::syscall(SYS_exit, 0); // this thread only
        return 0;
    });
    CHECK(ready.read_line() == "ready");
    CHECK(os::read_process(victim)->state == 'Z');
    CHECK(os::read_process(victim)->lives());
    ::kill(victim, SIGKILL);
    CHECK(await_exit(victim) == -SIGKILL);
    std::filesystem::remove(ready.path());
}

TEST_CASE("a session that only a row calls a run's is waited for, but not killed")
{
    Bench bench;
    const Fifo ready(bench.directory() / "ready");
    const pid_t victim = fork_and_run([&] {
        ::setsid();
        ready.write_line("ready");
        return ::pause();
    });
    CHECK(ready.read_line() == "ready");
    Run run;
    run.id = RunId{1};
    run.job = JobId{1};
    run.started_at = Time{};
    run.runner.process = {.pid = 1, .start_ticks = -1, .boot_id = os::kernel_boot_id()};
    run.process = {
        .pid = victim, .start_ticks = os::read_process(victim).value().start_ticks, .boot_id = os::kernel_boot_id()};
    CHECK(bench.jobs().examine(run) == Liveness::orphaned);
    bench.jobs().kill_remains(run);
    CHECK(Watched(victim).lives());
    ::kill(victim, SIGKILL);
    CHECK(await_exit(victim) == -SIGKILL);
}

TEST_CASE("output files are deleted by name, and only in their directory")
{
    Bench bench;
    bench.run(bench.shell("exit 0"));
    bench.run(bench.shell("exit 0"));
    write_file(bench.directory() / "precious", "x");
    const std::vector<std::string> names = {"1.1.log", "gone.log", "../precious", "", ".", ".."};
    bench.jobs().discard_output(names);
    CHECK_FALSE(std::filesystem::exists(bench.output_directory() / "1.1.log"));
    CHECK(std::filesystem::exists(bench.output_directory() / "2.2.log"));
    CHECK(std::filesystem::exists(bench.directory() / "precious"));
}
