#pragma once

#include "os/cgroup_site.hpp"
#include "os/run_cgroup.hpp"

#include <escher/run.hpp>

#include <functional>
#include <set>
#include <utility>
#include <vector>

namespace escher::os {

/// The control groups of an instance's runs: makes those of our own, finds those of other ticks. Membership in one is
/// inherited by every process that a job starts, whatever that does with sessions, environments and descriptors, and only
/// a process that may write to control groups can leave.
///
/// Groups are found by their name in the whole hierarchy, since ticks live in groups of their own (cron's, a unit's, a
/// login session's) and what a row says about it could be anybody's. What counts is made by root or by our user.
///
/// Opens and looks at nothing until it is asked.
class CgroupTree {
public:
    using FindSite = std::function<CgroupSite()>;

    explicit CgroupTree(std::string instance, FindSite find = find_cgroup_site);
    CgroupTree(const CgroupTree&) = delete;
    CgroupTree& operator=(const CgroupTree&) = delete;
    ~CgroupTree();

    /// An empty group for a run that is to be started in it by clone_into_group(). The first call finds the site and
    /// removes the empty groups there that dead ticks have left. None: there are no groups here, or this one cannot be
    /// made, see why_not(). The run is not to start in less only where run.cgroup says so.
    /// Throws Error for what may pass: no memory, no descriptor.
    [[nodiscard]] std::optional<RunCgroup> create(RunId run);

    /// Why the last create() made none.
    [[nodiscard]] const std::string& why_not() const { return why_not_; }

    /// The kernel has refused to start a process in a group: create() makes no more of them.
    void give_up(std::string why);

    /// The group of a run of another tick, which has been seen dead before: a dead tick makes no more groups, so that the
    /// hierarchy is searched once for each tick. Absent: it never had one, or all of its processes are gone.
    [[nodiscard]] GroupState standing(const Run& run);

    /// Sends KILL to all processes in the group of such a run. False: it cannot be done, or this process lives in it.
    bool kill(const Run& run);

    /// Removes the empty group of such a run, or leaves it. False: it is still there, or it cannot be told.
    bool remove(const Run& run);

private:
    /// The group that holds those of the runs.
    struct Parent {
        std::filesystem::path path;
        Fd directory;
    };
    /// What was found of a run: its groups, which is one as a rule, or that it cannot be told.
    struct Found {
        std::vector<std::pair<std::filesystem::path, Fd>> groups;
        bool certain = true;
    };

    bool find_site();
    bool open_parent();
    void pass_memory_on() const;
    void remove_stale() const;
    [[nodiscard]] std::optional<RunCgroup> make(const std::string& name);
    [[nodiscard]] Found find(const Run& run);
    void look_into_parents(const std::string& name, Found& found) const;
    [[nodiscard]] bool search(int directory, const std::filesystem::path& path, std::vector<Parent>& parents) const;

    std::string parent_name_;
    FindSite find_;
    std::optional<CgroupSite> site_;
    bool given_up_ = false;
    std::string why_not_;
    std::optional<Parent> own_parent_;
    std::vector<Parent> parents_; ///< of the last search
    std::set<std::pair<std::int64_t, std::int64_t>> searched_for_; ///< the runners, by pid and start
};

} // namespace escher::os
