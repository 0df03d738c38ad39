#pragma once

#include "processes.hpp"
#include "temporary_directory.hpp"

#include "os/cgroup_tree.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

/// A subtree of the machine's control groups that stands for the whole hierarchy in a test, if there may be one here.
class CgroupSandbox {
public:
    CgroupSandbox()
    {
        const auto site = escher::os::find_cgroup_site();
        why_not_ = site.why_not;
        if (!why_not_.empty())
            return;
        path_ = site.base / ("escher-test-" + std::to_string(::getpid()));
        escher::os::remove_group(path_);
        if (::mkdir(path_.c_str(), 0755) != 0)
            why_not_ = "cannot make a control group";
        else if (!std::filesystem::exists(path_ / "cgroup.kill"))
            why_not_ = "there is no cgroup.kill";
    }
    CgroupSandbox(const CgroupSandbox&) = delete;
    CgroupSandbox& operator=(const CgroupSandbox&) = delete;
    ~CgroupSandbox()
    {
        if (path_.empty())
            return;
        // What a test has started in it may still be dying.
        escher::os::RunCgroup all(path_, escher::os::Fd(::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)));
        const int events = all.events_fd();
        while (all.kill() && all.state() == escher::os::GroupState::populated) {
            pollfd changed = {.fd = events, .events = POLLPRI, .revents = 0};
            if (::poll(&changed, 1, 30'000) != 1)
                break;
        }
    }

    /// False, with a word of it, where there are no control groups to try.
    [[nodiscard]] bool usable() const
    {
        if (!why_not_.empty())
            MESSAGE("skipped: " << why_not_);
        return why_not_.empty();
    }

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

    /// Makes a group that is somebody's: cron's, a unit's.
    [[nodiscard]] std::filesystem::path group(const std::string& name) const
    {
        std::filesystem::create_directories(path_ / name);
        return path_ / name;
    }

    /// As a tick finds it that lives in the group `base`.
    [[nodiscard]] escher::os::CgroupTree::FindSite site(const std::filesystem::path& base) const
    {
        escher::os::CgroupSite site;
        site.mount = path_;
        site.own = base;
        site.base = base;
        return [site] { return site; };
    }

private:
    std::string why_not_;
    std::filesystem::path path_;
};

/// Moves this process.
inline bool enter_group(const std::filesystem::path& group)
{
    std::ofstream procs(group / "cgroup.procs");
    procs << "0" << std::flush;
    return procs.good();
}

/// A process that lives in `group` until it is killed, and what it starts there.
inline pid_t start_in(
    const std::filesystem::path& group, const std::function<void()>& body = [] {})
{
    int ends[2] = {-1, -1};
    REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
    const escher::os::Fd reader(ends[0]);
    escher::os::Fd writer(ends[1]);
    const pid_t pid = fork_and_run([&] {
        if (!enter_group(group))
            return 1;
        body();
        writer.reset();
        return ::pause();
    });
    writer.reset();
    char nothing = 0;
    REQUIRE(::read(reader.get(), &nothing, 1) == 0);
    return pid;
}
