#include "cgroup_sandbox.hpp"

#include "os/detached.hpp"

#include <escher/error.hpp>

#include <doctest/doctest.h>

using namespace escher;

TEST_CASE("a detached start does not hold up the caller's caller")
{
    const TemporaryDirectory directory;
    const Fifo told(directory / "told");
    const Fifo go(directory / "go");
    int ends[2] = {-1, -1};
    REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
    const os::Fd reader(ends[0]);
    os::Fd writer(ends[1]);
    // The caller's stdout and one more descriptor lead to us: both are at their end once nobody has them open.
    const pid_t caller = fork_and_run([&] {
        ::dup2(writer.get(), 1);
        [[maybe_unused]] const int leak = ::dup(1);
        ::setenv("ESCHER_RUN_ID", "7", 1);
        ::setenv("ESCHER_INSTANCE", "i", 1);
        ::setenv("ESCHER_CRON_CONFIG", "kept", 1);
        const std::vector<std::string> argv = {
            "sh", "-c",
            "echo $$ $(cut -d' ' -f5,6 /proc/$$/stat) run=$ESCHER_RUN_ID config=$ESCHER_CRON_CONFIG > " +
                told.path() + "; read line < " + go.path() + "; ls /proc/self/fd > " + told.path()};
        os::start_detached(argv);
        return 0;
    });
    writer.reset();
    CHECK(await_exit(caller) == 0);
    char byte = 0;
    CHECK(::read(reader.get(), &byte, 1) == 0); // while the program still waits for us
    std::istringstream line(told.read_line());
    pid_t pid = 0;
    pid_t group = 0;
    pid_t session = 0;
    std::string run;
    std::string config;
    line >> pid >> group >> session >> run >> config;
    CHECK(pid > 0);
    CHECK(session == group);
    CHECK(session != pid); // without a terminal, and unable to get one
    CHECK(session != ::getsid(0));
    CHECK(run == "run=");
    CHECK(config == "config=kept");
    const Watched program(pid);
    go.write_line("go");
    std::ifstream descriptors(told.path());
    const std::string list{std::istreambuf_iterator<char>(descriptors), {}};
    CHECK(list == "0\n1\n2\n3\n"); // 3 is what ls reads
    CHECK(program.ends());
}

TEST_CASE("a tick that a job starts leaves the group of the run, which is killed with it")
{
    const CgroupSandbox box;
    if (!box.usable())
        return;
    const TemporaryDirectory directory;
    const Fifo told(directory / "told");
    const auto run = box.group("escher-runs.x/run-1/nested");
    const std::vector<std::string> argv = {"sh", "-c", "sed -n 's/^0:://p' /proc/self/cgroup > " + told.path()};
    const pid_t caller = fork_and_run([&] {
        if (!enter_group(run))
            return 1;
        os::start_detached(argv);
        return 0;
    });
    CHECK(told.read_line().ends_with("/" + box.path().filename().string()));
    CHECK(await_exit(caller) == 0);
}

TEST_CASE("a program that cannot be executed in the background is told of")
{
    for (const std::string program : {"/nonexistent/program", "no-such-program-anywhere", "/", ""}) {
        CAPTURE(program);
        const std::vector<std::string> argv = {program};
        CHECK_THROWS_AS(os::start_detached(argv), Error);
    }
}
