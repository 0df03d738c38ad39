#include "bench.hpp"
#include "processes.hpp"

#include "os/user.hpp"

#include <algorithm>
#include <set>
#include <sstream>

using namespace escher;
using namespace std::chrono_literals;

namespace {

std::set<std::string> lines(const std::string& text, char end = '\n')
{
    std::set<std::string> result;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line, end);)
        result.insert(line);
    return result;
}

} // namespace

TEST_CASE("the environment of a job is what it was given and six names more")
{
    Bench bench;
    ::setenv("ESCHER_TEST_LEAK", "1", 1);
    auto spec = bench.job({"/bin/cat", "/proc/self/environ"});
    spec.environment = {{"A", "b=c"}, {"EMPTY", ""}, {"HOME", "/somewhere"}, {"ESCHER_RUN_ID", "999"}};
    auto found = lines(bench.output_of(spec), '\0');
    ::unsetenv("ESCHER_TEST_LEAK");
    for (const std::string exact : {"A=b=c", "EMPTY=", "HOME=/somewhere", "ESCHER_RUN_ID=1"})
        CHECK_MESSAGE(found.erase(exact) == 1, exact);
    CHECK(found.erase("ESCHER_INSTANCE=" + std::string(Bench::instance)) == 1);
    CHECK(found.erase("USER=" + os::user_name()) == 1);
    CHECK(found.erase("LOGNAME=" + os::user_name()) == 1);
    for (const std::string name : {"SHELL=/", "PATH=/"}) {
        const auto entry =
            std::find_if(found.begin(), found.end(), [&](const auto& line) { return line.starts_with(name); });
        REQUIRE(entry != found.end());
        found.erase(entry);
    }
    CHECK(found.empty());
}

TEST_CASE("signals are unblocked and at their defaults in a job")
{
    Bench bench;
    ::signal(SIGUSR2, SIG_IGN);
    // The supervisor looks at what is ignored when it is made.
    Bench with_ignored;
    const auto status = lines(with_ignored.output_of(with_ignored.job({"/bin/grep", "^Sig", "/proc/self/status"})));
    ::signal(SIGUSR2, SIG_DFL);
    for (const std::string mask : {"SigBlk", "SigIgn"})
        CHECK_MESSAGE(status.count(mask + ":\t0000000000000000") == 1, mask);
}

TEST_CASE("a job has descriptors 0 to 2 and no others")
{
    Bench bench;
    const os::Fd leak(::open("/dev/null", O_RDONLY)); // deliberately not close-on-exec
    const auto running = bench.shell("exec sleep 1000");
    bench.start(running); // its output file must not get into the next job
    const auto spec = bench.job({"/bin/ls", "/proc/self/fd"});
    bench.start(spec);
    CHECK(bench.await(spec.run).outcome == Outcome{Exited{0}});
    CHECK(lines(bench.output(spec)) == std::set<std::string>{"0", "1", "2", "3"}); // 3 is what ls reads
    bench.jobs().stop(running.run, 30s, false);
    bench.await(running.run);
}

TEST_CASE("a job leads a session and a group of its own")
{
    Bench bench;
    const auto spec = bench.job({"/bin/sh", "-c", "echo $$; exec cut -d' ' -f5,6 /proc/self/stat"});
    std::istringstream in(bench.output_of(spec));
    int pid = 0;
    int group = 0;
    int session = 0;
    in >> pid >> group >> session;
    CHECK(pid > 0);
    CHECK(group == pid);
    CHECK(session == pid);
}

TEST_CASE("directory, umask, nice and limits are as the policy says")
{
    Bench bench;
    auto spec = bench.shell("pwd; umask; cut -d' ' -f19 /proc/self/stat; ulimit -n; ulimit -t; ulimit -p; ulimit -v");
    spec.umask = 027;
    spec.nice = 7;
    spec.limits = {
        .memory_bytes = 1U << 30, .cpu_time = std::chrono::seconds(50), .open_files = 64, .processes = 4000};
    CHECK(bench.output_of(spec) ==
          std::filesystem::canonical(bench.directory().path()).string() + "\n0027\n7\n64\n50\n4000\n1048576\n");
}

TEST_CASE("cpu time over the limit ends a job with a signal that says so")
{
    Bench bench;
    auto spec = bench.shell("while :; do :; done");
    spec.limits.cpu_time = std::chrono::seconds(1);
    CHECK(bench.run(spec).outcome == Outcome{Signaled{.signal = SIGXCPU}});
}

TEST_CASE("a job reads its input to the last byte, and nothing where there is none")
{
    Bench bench;
    auto spec = bench.job({"/bin/cat"});
    std::string input(3 << 20, 'x');
    for (std::size_t i = 0; i < input.size(); i += 7)
        input[i] = static_cast<char>(i);
    spec.input = input;
    CHECK(bench.output_of(spec) == input);
    spec = bench.job({"/bin/cat"});
    spec.input = "";
    CHECK(bench.output_of(spec).empty());
    CHECK(bench.output_of(bench.job({"/bin/readlink", "/proc/self/fd/0"})) == "/dev/null\n");
}

TEST_CASE("jobs run where the caller has closed descriptors 0 to 2")
{
    const TemporaryDirectory directory;
    CHECK(await_exit(fork_and_run([&] {
              for (int fd = 0; fd <= 2; ++fd)
                  ::close(fd);
              const auto jobs =
                  os::make_supervisor({.output_directory = directory / "output", .instance = "i", .mark_lives = {}});
              LaunchSpec spec;
              spec.argv = {"/bin/sh", "-c", "echo out; echo err >&2; cat; ls /proc/self/fd"};
              spec.input = "in\n";
              spec.output_file = "1.1.log";
              if (!std::holds_alternative<Started>(jobs->start(spec, Claim{})))
                  return 1;
              return jobs->wait(1min).size() == 1 ? 0 : 2;
          })) == 0);
    CHECK(read_file(directory / "output" / "1.1.log") == "out\nerr\nin\n0\n1\n2\n3\n");
}

TEST_CASE("a caller that ignores signals of children does not hide how they end")
{
    CHECK(await_exit(fork_and_run([] {
              ::signal(SIGCHLD, SIG_IGN);
              Bench bench;
              return bench.run(bench.shell("exit 6")).outcome == Outcome{Exited{6}} ? 0 : 1;
          })) == 0);
}

TEST_CASE("a hangup is no reason to stop where the caller has said so")
{
    CHECK(await_exit(fork_and_run([] {
              ::signal(SIGHUP, SIG_IGN);
              Bench bench;
              ::kill(::getpid(), SIGHUP);
              bench.run(bench.shell("exit 0"));
              return bench.jobs().stop_signal() ? 1 : 0;
          })) == 0);
}
