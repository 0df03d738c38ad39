#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace escher::os {

/// Where this process may give runs control groups of their own: below its own group, so that whatever an administrator
/// has set for that (memory, devices, what a unit's stop kills) holds for the jobs as it did.
struct CgroupSite {
    std::filesystem::path mount; ///< of the cgroup v2 hierarchy, as much of it as is shown to us; empty: none is
    std::filesystem::path own; ///< our own group
    std::filesystem::path base; ///< the group that runs get theirs below: our own, or see tick_leaf
    bool has_leaf = false; ///< `base` holds no process, but a tick_leaf
    bool accounts_memory = false; ///< groups below `base` get the memory controller
    std::string why_not; ///< empty: groups can be made
    std::string remedy; ///< what a person can do about that; empty: nothing
};

/// The name of the leaf that a tick lives in (DelegateSubgroup= of a systemd unit) where its unit's group is delegated:
/// then the unit's group holds no process itself and can pass the memory controller on. We never move a tick: a
/// group that passes controllers on cannot be entered, so a killed tick would keep systemd from starting the next one.
inline constexpr std::string_view tick_leaf = "escher-tick";

/// The groups of an instance's runs are "run-N" below "escher-runs.INSTANCE" below the site's base. Not "escher-cron.":
/// that is how the groups of our systemd units begin.
inline constexpr std::string_view instance_group_prefix = "escher-runs.";

/// The site by the texts of /proc/self/mountinfo and /proc/self/cgroup. A process inside of a run's group gets the base
/// of that run, so that groups are not nested. Looks at nothing else: see find_cgroup_site().
[[nodiscard]] CgroupSite locate_cgroup(std::string_view mountinfo, std::string_view own_groups);

/// The group that a tick belongs into which a job has started: it outlives the job, whose group is killed. Empty: `site` is
/// not that of a process in a run's group.
[[nodiscard]] std::filesystem::path home_of_ticks(const CgroupSite& site);

/// The same for this process, whatever it may do there; empty too if it cannot be told.
[[nodiscard]] std::filesystem::path own_home_of_ticks() noexcept;

/// The site, and whether groups can be made there. Changes nothing. Throws Error{unavailable} if it cannot be told.
[[nodiscard]] CgroupSite find_cgroup_site();

} // namespace escher::os
