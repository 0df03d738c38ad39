#include "bench.hpp"
#include "dead_runner.hpp"

#include "os/run_tag.hpp"

#include <grp.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>

using namespace escher;

namespace {

/// As a user that /proc, mounted with `options`, shows no processes but its own. Negative or 90..99: cannot be had.
int with_hidden_proc(const char* options, const std::function<int()>& body)
{
    return await_exit(fork_and_run([&] {
        if (::unshare(CLONE_NEWNS) != 0 || ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
            ::mount("proc", "/proc", "proc", 0, options) != 0)
            return 90;
        if (::setgroups(0, nullptr) != 0 || ::setgid(60125) != 0 || ::setuid(60125) != 0)
            return 91;
        return body();
    }));
}

} // namespace

TEST_CASE("a process that /proc does not show to this user is none, however it hides it")
{
    if (::geteuid() != 0)
        return;
    for (const char* const options : {"hidepid=1", "hidepid=2"}) {
        CAPTURE(options);
        CHECK(with_hidden_proc(options, [] {
                  if (os::read_process(1) || !os::read_process(::getpid()))
                      return 1;
                  if (os::read_run_tag(1, Bench::instance).sight != os::RunTag::Sight::gone)
                      return 2;
                  Bench bench;
                  const DeadRunner runner(bench, bench.shell("exec sleep 1000"));
                  return bench.jobs().examine(runner.run()) == Liveness::dead ? 0 : 3;
              }) == 0);
    }
}

TEST_CASE("one of our own that cannot be dumped is hidden too, but not its tag, and is killed by that")
{
    if (::geteuid() != 0)
        return;
    CHECK(with_hidden_proc("hidepid=1", [] {
              Bench bench;
              const DeadRunner runner(bench, bench.shell("exec sleep 1000"));
              const Fifo ready(bench.directory() / "ready");
              const pid_t hidden = fork_and_run([&] {
                  const auto tag = os::run_tag(runner.run().id, Bench::instance);
                  if (!tag || ::setrlimit(RLIMIT_RTTIME, &*tag) != 0 || ::prctl(PR_SET_DUMPABLE, 0) != 0)
                      return 1;
                  ready.write_line("ready");
                  return ::pause();
              });
              if (ready.read_line() != "ready" || os::read_process(hidden))
                  return 2;
              if (bench.jobs().examine(runner.run()) != Liveness::orphaned)
                  return 3;
              bench.jobs().kill_remains(runner.run());
              return await_exit(hidden) == -SIGKILL && bench.jobs().examine(runner.run()) == Liveness::dead ? 0 : 4;
          }) == 0);
}
