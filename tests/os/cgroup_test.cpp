#include "bench.hpp"
#include "cgroup_sandbox.hpp"

#include "os/clone_into.hpp"
#include "os/host.hpp"

#include <escher/error.hpp>

#include <grp.h>
#include <sys/file.h>
#include <sys/resource.h>

#include <array>

using namespace escher;
using namespace escher::os;

namespace {

constexpr const char* instance = "3b1c7a52-0000-4000-8000-0123456789ab";

Run run_of(std::int64_t id, std::int64_t runner = 1)
{
    Run run;
    run.id = RunId{id};
    run.runner.process = {.pid = runner, .start_ticks = 1, .boot_id = kernel_boot_id()};
    return run;
}

/// Blocks until no process lives in the group.
void await_empty(RunCgroup& group)
{
    const int events = group.events_fd();
    REQUIRE(events >= 0);
    while (group.state() == GroupState::populated) {
        pollfd changed = {.fd = events, .events = POLLPRI, .revents = 0};
        REQUIRE(::poll(&changed, 1, 30'000) == 1);
    }
    CHECK(group.state() == GroupState::empty);
}

/// Becomes a process that nothing is known of but its group: own session, no environment, no inherited descriptor.
void become_daemon()
{
    ::setsid();
    if (::fork() != 0)
        ::_exit(0);
    ::syscall(SYS_close_range, 0U, ~0U, 0U);
    char* const argv[] = {const_cast<char*>("sleep"), const_cast<char*>("1000"), nullptr};
    char* const nothing[] = {nullptr};
    ::execve("/bin/sleep", argv, nothing);
    ::_exit(127);
}

} // namespace

TEST_CASE("a run's group is empty, populated by what enters it, and ended by one kill")
{
    const CgroupSandbox box;
    if (!box.usable())
        return;
    CgroupTree tree(instance, box.site(box.group("cron.service")));
    auto group = tree.create(RunId{7});
    REQUIRE(group.has_value());
    CHECK(group->path() == box.path() / "cron.service/escher-runs.3b1c7a52-0000-4000-8000-0123456789ab/run-7");
    CHECK(group->state() == GroupState::empty);
    CHECK(group->oom_kills().has_value() == std::filesystem::exists(group->path() / "memory.events"));

    const pid_t main = start_in(group->path(), [] {
        if (::fork() == 0)
            become_daemon();
    });
    CHECK(group->state() == GroupState::populated);
    ::kill(main, SIGKILL);
    CHECK(await_exit(main) == -SIGKILL);
    CHECK(group->state() == GroupState::populated); // the daemon
    CHECK(group->kill());
    await_empty(*group);
    CHECK(group->usage().cpu_user.has_value());
    CHECK(group->usage().cpu_system.has_value());

    const auto path = group->path();
    group.reset();
    CHECK_FALSE(std::filesystem::exists(path));
}

TEST_CASE("a group that still has a process is left, and one with groups of the job's own is not")
{
    const CgroupSandbox box;
    if (!box.usable())
        return;
    std::filesystem::path parent;
    {
        CgroupTree tree(instance, box.site(box.path()));
        auto populated = tree.create(RunId{1});
        auto nested = tree.create(RunId{2});
        REQUIRE(populated.has_value());
        REQUIRE(nested.has_value());
        parent = populated->path().parent_path();
        std::filesystem::create_directories(nested->path() / "a/b");
        std::filesystem::create_directories(nested->path() / "c");
        const pid_t leftover = start_in(populated->path());
        populated.reset();
        nested.reset();
        CHECK(std::filesystem::exists(parent / "run-1"));
        CHECK_FALSE(std::filesystem::exists(parent / "run-2"));
        ::kill(leftover, SIGKILL);
        CHECK(await_exit(leftover) == -SIGKILL);
    }
    CHECK(std::filesystem::exists(parent)); // run-1 is in it
    {
        CgroupTree next(instance, box.site(box.path()));
        CHECK(next.create(RunId{3}).has_value());
        CHECK_FALSE(std::filesystem::exists(parent / "run-1")); // whose leftover has ended
    }
    CHECK_FALSE(std::filesystem::exists(parent));
}

TEST_CASE("a group that a live tick has just made is not taken for one that was left")
{
    const CgroupSandbox box;
    if (!box.usable())
        return;
    CgroupTree first(instance, box.site(box.path()));
    CgroupTree second(instance, box.site(box.path()));
    const auto group = first.create(RunId{1});
    CHECK(second.create(RunId{2}).has_value());
    REQUIRE(group.has_value());
    CHECK(group->state() == GroupState::empty);
}

TEST_CASE("a tick that ends may remove the common parent while another one goes on")
{
    const CgroupSandbox box;
    if (!box.usable())
        return;
    CgroupTree tree(instance, box.site(box.path()));
    CHECK(tree.create(RunId{1}).has_value());
    {
        CgroupTree other(instance, box.site(box.path()));
        CHECK(other.create(RunId{2}).has_value());
    }
    auto group = tree.create(RunId{3});
    REQUIRE(group.has_value());
    const auto path = group->path();
    group = tree.create(RunId{4});
    REQUIRE(group.has_value());
    CHECK_FALSE(std::filesystem::exists(path));
    CHECK(group->state() == GroupState::empty);
}

TEST_CASE("a later tick finds the group of a run wherever its tick lived, and ends it")
{
    const CgroupSandbox box;
    if (!box.usable())
        return;
    CgroupTree early(instance, box.site(box.group("system.slice/cron.service")));
    CgroupTree other("another instance", box.site(box.group("system.slice/cron.service")));
    auto group = early.create(RunId{5});
    auto foreign = other.create(RunId{6});
    REQUIRE(group.has_value());
    REQUIRE(foreign.has_value());

    CgroupTree late(instance, box.site(box.group("user.slice/session-1.scope")));
    CHECK(late.standing(run_of(5)) == GroupState::empty);
    CHECK(late.standing(run_of(6)) == GroupState::absent); // of the other instance
    const pid_t job = start_in(group->path());
    CHECK(late.standing(run_of(5)) == GroupState::populated);
    CHECK(late.kill(run_of(5)));
    CHECK(await_exit(job) == -SIGKILL);
    await_empty(*group);
    CHECK(late.standing(run_of(5)) == GroupState::empty);
    CHECK_FALSE(late.remove(run_of(5))); // its tick lives

    const auto path = group->path();
    ::flock(group->directory(), LOCK_UN); // as if it had died
    CHECK(late.remove(run_of(5)));
    CHECK_FALSE(std::filesystem::exists(path));
    CHECK(group->state() == GroupState::absent);
    CHECK(group->kill()); // there is nothing to kill
    CHECK(late.standing(run_of(5)) == GroupState::absent);
    CHECK(late.kill(run_of(5)));
    CHECK(late.remove(run_of(5)));
}

TEST_CASE("the hierarchy is searched again for the runs of a tick that died later")
{
    const CgroupSandbox box;
    if (!box.usable())
        return;
    CgroupTree late(instance, box.site(box.path()));
    CHECK(late.standing(run_of(1, 100)) == GroupState::absent);
    CgroupTree other(instance, box.site(box.group("cron.service")));
    const auto group = other.create(RunId{2});
    CHECK(late.standing(run_of(1, 100)) == GroupState::absent);
    CHECK(late.standing(run_of(2, 200)) == GroupState::empty);
}

TEST_CASE("a tick does not kill the group that it lives in itself")
{
    const CgroupSandbox box;
    if (!box.usable())
        return;
    CgroupTree dead(instance, box.site(box.path()));
    const auto group = dead.create(RunId{1});
    REQUIRE(group.has_value());
    const pid_t job = start_in(group->path());
    CgroupSite inside = box.site(box.path())();
    inside.own = group->path();
    CgroupTree tree(instance, [&] { return inside; });
    CHECK_FALSE(tree.kill(run_of(1)));
    CHECK(Watched(job).lives());
    CHECK(group->kill());
    CHECK(await_exit(job) == -SIGKILL);
}

TEST_CASE("a group that somebody else has made says nothing of a run")
{
    const CgroupSandbox box;
    if (!box.usable())
        return;
    if (::geteuid() != 0) {
        MESSAGE("skipped: only root can make a group of another user's");
        return;
    }
    const auto forged = box.group(std::string("user.slice/escher-runs.") + instance + "/run-1");
    REQUIRE(::chown(forged.parent_path().c_str(), 65534, 65534) == 0);
    CgroupTree tree(instance, box.site(box.path()));
    CHECK(tree.standing(run_of(1)) == GroupState::absent);
    CgroupTree there(instance, box.site(box.path() / "user.slice"));
    CHECK_FALSE(there.create(RunId{1}).has_value());
    CHECK(there.why_not().ends_with("was made by somebody else"));
}

TEST_CASE("a number that was used before gets no group while its processes live")
{
    const CgroupSandbox box;
    if (!box.usable())
        return;
    CgroupTree tree(instance, box.site(box.path()));
    auto group = tree.create(RunId{1});
    REQUIRE(group.has_value());
    const auto path = group->path();
    const pid_t leftover = start_in(path);
    group.reset();
    CHECK_FALSE(tree.create(RunId{1}).has_value());
    CHECK(tree.why_not() ==
          "the control group '" + path.string() + "' has processes of an earlier run of that number");
    CHECK(tree.create(RunId{2}).has_value());
    ::kill(leftover, SIGKILL);
    CHECK(await_exit(leftover) == -SIGKILL);
    CHECK(tree.create(RunId{1}).has_value());
}

TEST_CASE("what cannot be told is unknown, not absent")
{
    CgroupTree tree(instance, []() -> CgroupSite { throw Error(ErrorKind::unavailable, "too many open files"); });
    CHECK(tree.standing(run_of(1)) == GroupState::unknown);
    CHECK_FALSE(tree.kill(run_of(1)));
    CHECK_FALSE(tree.remove(run_of(1)));
    CHECK_THROWS_AS(static_cast<void>(tree.create(RunId{1})), Error);

    const CgroupSandbox box;
    if (!box.usable())
        return;
    const int status = await_exit(fork_and_run([&] {
        CgroupTree without_descriptors(instance, box.site(box.path()));
        const rlimit none = {.rlim_cur = 3, .rlim_max = 3};
        ::setrlimit(RLIMIT_NOFILE, &none);
        return without_descriptors.standing(run_of(1)) == GroupState::unknown ? 0 : 1;
    }));
    CHECK(status == 0);
}

TEST_CASE("without a site there are no groups, and a reason")
{
    CgroupSite nowhere;
    nowhere.why_not = "no cgroup v2 hierarchy is mounted";
    int looks = 0;
    CgroupTree tree(instance, [&] {
        ++looks;
        return nowhere;
    });
    CHECK(looks == 0); // nothing is looked at before there is a run
    CHECK_FALSE(tree.create(RunId{1}).has_value());
    CHECK_FALSE(tree.create(RunId{2}).has_value());
    CHECK(tree.why_not() == nowhere.why_not);
    CHECK(tree.standing(run_of(1)) == GroupState::absent);
    CHECK(looks == 1);
}

TEST_CASE("another user can look at the group of a run, but not hold us up by a lock on it")
{
    const CgroupSandbox box;
    if (!box.usable() || ::geteuid() != 0)
        return;
    CgroupTree tree(instance, box.site(box.path()));
    const auto group = tree.create(RunId{1});
    REQUIRE(group.has_value());
    CHECK(await_exit(fork_and_run([&] {
              if (::setgroups(0, nullptr) != 0 || ::setgid(60126) != 0 || ::setuid(60126) != 0)
                  return 1;
              if (::open(group->path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC) >= 0)
                  return 2;
              CgroupTree theirs(instance, box.site(box.path()));
              return theirs.standing(run_of(1)) == GroupState::empty && !theirs.remove(run_of(1)) ? 0 : 3;
          })) == 0);
}

TEST_CASE("a hierarchy that is out of reach has no group of a run, and is no error")
{
    const TemporaryDirectory directory;
    const auto closed = directory / "closed";
    std::filesystem::create_directory(closed);
    for (const auto& mount : {directory / "gone", closed}) { // the second one: something else is mounted there
        CgroupTree tree(instance, [&] {
            return CgroupSite{.mount = mount, .own = mount, .base = mount, .why_not = "not to be used", .remedy = {}};
        });
        CHECK(tree.standing(run_of(1)) == GroupState::absent);
    }
}

TEST_CASE("a process starts inside of a group")
{
    const CgroupSandbox box;
    if (!box.usable() || !can_clone_into_group)
        return;
    CgroupTree tree(instance, box.site(box.path()));
    auto group = tree.create(RunId{1});
    REQUIRE(group.has_value());
    alignas(16) static std::array<char, 64 * 1024> stack;
    const auto sleep = [](void* told) {
        *static_cast<int*>(told) = 42;
        ::execl("/bin/sleep", "sleep", "1000", nullptr);
        return 127;
    };
    int told = 0;
    const pid_t pid = clone_into_group(sleep, &told, stack.data(), stack.size(), group->directory());
    REQUIRE(pid > 0);
    CHECK(told == 42);
    CHECK(read_file("/proc/" + std::to_string(pid) + "/cgroup").find("/run-1\n") != std::string::npos);
    CHECK(group->state() == GroupState::populated);
    CHECK(group->kill());
    CHECK(await_exit(pid) == -SIGKILL);
    await_empty(*group);

    // Whoever was killed with a group before is not a witness against the next group.
    const auto three = [](void*) { return 3; };
    const pid_t doomed = clone_into_group(three, nullptr, stack.data(), stack.size(), group->directory());
    CHECK((doomed == -ECANCELED || await_exit(doomed) == 3));
    auto fresh = tree.create(RunId{2});
    REQUIRE(fresh.has_value());
    CHECK(await_exit(clone_into_group(three, nullptr, stack.data(), stack.size(), fresh->directory())) == 3);
    CHECK(remove_group(fresh->path()));
    const pid_t nowhere = clone_into_group(three, nullptr, stack.data(), stack.size(), fresh->directory());
    CHECK((nowhere == -ENODEV || nowhere == -ENOENT));
}

TEST_CASE("the group of a run goes when the run has ended, not when that is recorded")
{
    const CgroupSandbox box;
    if (!box.usable())
        return;
    Bench bench(1 << 20, true);
    const auto spec = bench.shell("grep ^0:: /proc/self/cgroup");
    bench.start(spec);
    const auto ended = bench.await(spec.run);
    CHECK(ended.outcome == Outcome{Exited{0}});
    const auto told = bench.output(spec);
    REQUIRE(told.find("/run-1") != std::string::npos);
    const auto group = find_cgroup_site().base / ("escher-runs." + Bench::instance) / "run-1";
    CHECK_FALSE(std::filesystem::exists(group));
    bench.jobs().release(spec.run);
}
