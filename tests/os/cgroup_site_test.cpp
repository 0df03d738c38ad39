#include "os/cgroup_file.hpp"
#include "os/cgroup_site.hpp"
#include "os/run_cgroup.hpp"
#include "temporary_directory.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>

using namespace escher;
using namespace escher::os;

TEST_CASE("the site is below the tick's own group")
{
    const std::string unified = "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n";
    const std::string hybrid = "31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755\n"
                               "35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
                               "41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw\n";
    const std::string container = "30 23 0:26 /docker/ab /sys/fs/cgroup ro,nosuid - cgroup2 cgroup rw\n";
    const std::string hidden = "30 23 0:26 /lxc /a\\040b rw,nosuid - cgroup2 cgroup rw\n";
    struct Row {
        std::string mounts;
        std::string groups;
        std::string own;
        std::string base;
        bool has_leaf;
        std::string why_not;
    };
    const std::string top = "/sys/fs/cgroup";
    const std::string cron = top + "/system.slice/cron.service";
    const Row rows[] = {
        {unified, "0::/system.slice/cron.service\n", cron, cron, false, ""},
        {unified, "0::/\n", top, top, false, ""},
        {hybrid, "4:memory:/x\n0::/\n", top + "/unified", top + "/unified", false, ""},
        {hybrid, "1:name=systemd:/y\n0::/y\n", top + "/unified/y", top + "/unified/y", false, ""},
        {hidden, "0::/lxc/c\n", "/a b/c", "/a b/c", false, ""},
        {hidden, "0::/lxc\n", "/a b", "/a b", false, ""},
        // a systemd unit with DelegateSubgroup=
        {unified, "0::/system.slice/escher-cron.service/escher-tick\n",
         top + "/system.slice/escher-cron.service/escher-tick", top + "/system.slice/escher-cron.service", true, ""},
        // a tick that a job has started
        {unified, "0::/system.slice/cron.service/escher-runs.3b1c/run-7\n", cron + "/escher-runs.3b1c/run-7", cron,
         false, ""},
        {unified, "0::/system.slice/cron.service/escher-runs.3b1c/run-7/own\n", cron + "/escher-runs.3b1c/run-7/own",
         cron, false, ""},
        {"", "0::/\n", "", "", false, "no cgroup v2 hierarchy is mounted"},
        {unified, "4:memory:/\n", "", "", false, "no cgroup v2 hierarchy is mounted"},
        {hidden + unified, "0::/x\n", top + "/x", top + "/x", false, ""},
        {container, "0::/docker/ab\n", top, top, false, "'/sys/fs/cgroup' is mounted read-only"},
        {container + unified, "0::/docker/ab\n", top + "/docker/ab", top + "/docker/ab", false, ""},
        {hidden, "0::/lxcfs\n", "", "", false, "the tick's own control group '/lxcfs' is not shown at '/a b'"},
        {unified, "0::/../x\n", "", "", false,
         "the tick's own control group '/../x' is not shown at '/sys/fs/cgroup'"},
        {unified, "0::/x (deleted)\n", top + "/x (deleted)", top + "/x (deleted)", false,
         "the tick's own control group has been removed"},
        {"garbage\n\n1 2 3 - cgroup2\n", "0::/\n", "", "", false, "no cgroup v2 hierarchy is mounted"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.mounts);
        CAPTURE(row.groups);
        const auto site = locate_cgroup(row.mounts, row.groups);
        CHECK(site.own == row.own);
        CHECK(site.base == row.base);
        CHECK(site.has_leaf == row.has_leaf);
        CHECK(site.why_not == row.why_not);
    }
}

TEST_CASE("a tick that a job has started belongs beside the groups of runs")
{
    CgroupSite site;
    site.mount = "/sys/fs/cgroup";
    site.base = "/sys/fs/cgroup/u.service";
    site.own = site.base;
    CHECK(home_of_ticks(site).empty());
    site.own = site.base / "escher-tick";
    CHECK(home_of_ticks(site).empty());
    site.own = site.base / "escher-runs.3b1c/run-7";
    CHECK(home_of_ticks(site) == site.base);
    site.has_leaf = true;
    CHECK(home_of_ticks(site) == site.base / "escher-tick");
    CHECK(home_of_ticks(CgroupSite{}).empty());
}

TEST_CASE("control files are read by their keys")
{
    CHECK(number_of("populated 1\nfrozen 0\n", "populated") == 1);
    CHECK(number_of("oom 3\noom_kill 2\n", "oom_kill") == 2);
    CHECK(number_of("oom_kill 2", "oom_kill") == 2);
    CHECK_FALSE(number_of("oom_kill_group 2\n", "oom_kill").has_value());
    CHECK_FALSE(number_of("oom_kill\n", "oom_kill").has_value());
    CHECK_FALSE(number_of("oom_kill x\n", "oom_kill").has_value());
    CHECK_FALSE(number_of("", "oom_kill").has_value());
    CHECK(has_word("cpu memory pids\n", "memory"));
    CHECK(has_word("memory", "memory"));
    CHECK_FALSE(has_word("memory_recursiveprot\n", "memory"));
    CHECK_FALSE(has_word("", "memory"));
}

TEST_CASE("what a group is accounted is told as far as it is")
{
    const TemporaryDirectory directory;
    const auto group = [&] {
        return RunCgroup(directory.path(), Fd(::open(directory.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)));
    };
    write_file(directory / "cgroup.procs", "");
    CHECK(group().state() == GroupState::unknown); // no cgroup.events
    CHECK_FALSE(group().kill());
    CHECK_FALSE(group().oom_kills().has_value());
    CHECK_FALSE(group().usage().cpu_user.has_value());
    CHECK_FALSE(group().usage().peak_memory_bytes.has_value());

    write_file(directory / "cgroup.events", "populated 1\nfrozen 0\n");
    write_file(directory / "cpu.stat", "usage_usec 1234567\nuser_usec 1200000\nsystem_usec 34567\nnice_usec 0\n");
    write_file(directory / "memory.peak", "104857600\n");
    write_file(directory / "memory.events", "low 0\nhigh 0\nmax 12\noom 3\noom_kill 2\noom_group_kill 0\n");
    CHECK(group().state() == GroupState::populated);
    CHECK(group().oom_kills() == 2);
    const auto usage = group().usage();
    CHECK(usage.cpu_user == Duration(1200));
    CHECK(usage.cpu_system == Duration(34));
    CHECK(usage.peak_memory_bytes == 104857600);

    write_file(directory / "cgroup.events", "frozen 0\n");
    CHECK(group().state() == GroupState::unknown);
    write_file(directory / "cgroup.events", "populated 0\n");
    CHECK(group().state() == GroupState::empty);
}
