#include "os/cgroup_tree.hpp"

#include "core/id_text.hpp"
#include "os/cgroup_file.hpp"
#include "os/errno_text.hpp"

#include <escher/error.hpp>

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <algorithm>
#include <cerrno>

namespace escher::os {

namespace {

constexpr std::string_view run_prefix = "run-";

std::string group_name(RunId run)
{
    return std::string(run_prefix) + to_text(run);
}

/// False where something else is mounted over a hierarchy that is still listed.
bool is_of_groups(int directory)
{
    struct statfs file_system = {};
    return ::fstatfs(directory, &file_system) != 0 || file_system.f_type == CGROUP2_SUPER_MAGIC;
}

/// The group of a run, perhaps another user's, who lets others look at its state, but not lock it.
Fd open_run_group(int at, const char* name)
{
    Fd group = open_group(at, name);
    if (!group && errno == EACCES)
        group = Fd(::openat(at, name, O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
    return group;
}

/// Others make what they like where they may: that is none of ours.
bool is_ours(int directory)
{
    struct stat status = {};
    return ::fstat(directory, &status) == 0 && (status.st_uid == 0 || status.st_uid == ::geteuid());
}

/// It may be had again in a moment, so that nothing follows from it.
bool passes(int error)
{
    return error == EMFILE || error == ENFILE || error == ENOMEM;
}

/// Removed meanwhile, or hidden under another mount; or of somebody else, who lets us not even look: we have made none in
/// there.
bool is_closed_to_us(int error)
{
    return error == ENOENT || error == ENODEV || error == ENOTDIR || error == EACCES || error == EPERM;
}

[[noreturn]] void throw_cannot_make(const std::filesystem::path& path, int error)
{
    throw Error(ErrorKind::unavailable,
                "cannot make the control group '" + path.string() + "': " + errno_text(error) + remedy(error));
}

bool is_below(const std::filesystem::path& path, const std::filesystem::path& above)
{
    return path == above || path.string().starts_with(above.string() + "/");
}

} // namespace

CgroupTree::CgroupTree(std::string instance, FindSite find)
    : parent_name_(std::string(instance_group_prefix) + std::move(instance)), find_(std::move(find))
{
}

CgroupTree::~CgroupTree()
{
    // Stays as long as a run's group is in it.
    if (own_parent_)
        ::rmdir(own_parent_->path.c_str());
}

bool CgroupTree::find_site()
{
    if (!site_)
        site_ = find_();
    return !site_->mount.empty();
}

void CgroupTree::give_up(std::string why)
{
    given_up_ = true;
    why_not_ = std::move(why);
}

std::optional<RunCgroup> CgroupTree::create(RunId run)
{
    if (given_up_)
        return std::nullopt;
    why_not_.clear();
    if (!own_parent_) {
        find_site();
        if (!site_->why_not.empty())
            give_up(site_->why_not);
        else if (open_parent())
            remove_stale();
    }
    const auto name = group_name(run);
    // Another tick that ends may remove the parent, or take a group without a lock for one that was left, at any moment.
    for (int attempt = 0; attempt < 100 && why_not_.empty(); ++attempt)
        if (own_parent_ || open_parent())
            if (auto made = make(name))
                return made;
    if (why_not_.empty())
        why_not_ = "another tick keeps removing the control group '" + parent_name_ + "'";
    return std::nullopt;
}

/// False: see why_not(), or it should be tried again.
bool CgroupTree::open_parent()
{
    const auto path = site_->base / parent_name_;
    Fd directory;
    if (::mkdir(path.c_str(), 0755) == 0 || errno == EEXIST)
        directory = open_group(AT_FDCWD, path.c_str());
    if (!directory) {
        const int error = errno;
        if (passes(error))
            throw_cannot_make(path, error);
        if (error != ENOENT) // that is: removed again
            give_up("the control group '" + path.string() + "' cannot be made: " + errno_text(error));
        else if (::access(site_->base.c_str(), F_OK) != 0)
            give_up("the control group '" + site_->base.string() + "' has been removed");
        return false;
    }
    if (!is_ours(directory.get())) {
        give_up("the control group '" + path.string() + "' was made by somebody else");
        return false;
    }
    own_parent_ = Parent{path, std::move(directory)};
    pass_memory_on();
    return true;
}

/// Without it all works but the accounting, so that a failure is none.
void CgroupTree::pass_memory_on() const
{
    constexpr auto control = "cgroup.subtree_control";
    if (site_->has_leaf && site_->accounts_memory)
        static_cast<void>(write_group_file(AT_FDCWD, (site_->base / control).c_str(), "+memory"));
    if (site_->accounts_memory)
        static_cast<void>(write_group_file(own_parent_->directory.get(), control, "+memory"));
}

/// Leaves what is locked, a tick lives that will use it, and what is populated.
void CgroupTree::remove_stale() const
{
    if (!own_parent_)
        return;
    const auto names = groups_below(own_parent_->directory.get());
    for (const auto& name : names.value_or(std::vector<std::string>())) {
        const Fd group = open_group(own_parent_->directory.get(), name.c_str());
        if (name.starts_with(run_prefix) && group && ::flock(group.get(), LOCK_EX | LOCK_NB) == 0)
            remove_group(own_parent_->path / name);
    }
}

/// None: see why_not(), or it should be tried again.
std::optional<RunCgroup> CgroupTree::make(const std::string& name)
{
    const auto path = own_parent_->path / name;
    constexpr mode_t mode = 0711; // whoever can open it for reading can lock it
    if (::mkdirat(own_parent_->directory.get(), name.c_str(), mode) != 0) {
        const int error = errno;
        if (passes(error))
            throw_cannot_make(path, error);
        if (error == ENOENT || error == ENODEV)
            own_parent_.reset(); // removed by a tick that has ended
        else if (error != EEXIST)
            why_not_ = "the control group '" + path.string() + "' cannot be made: " + errno_text(error);
        // Where a database was restored, numbers are used again.
        else if (!remove_group(path))
            why_not_ = "the control group '" + path.string() + "' has processes of an earlier run of that number";
        return std::nullopt;
    }
    Fd directory = open_group(own_parent_->directory.get(), name.c_str());
    if (!directory && errno != ENOENT)
        throw_cannot_make(path, errno);
    if (!directory || ::flock(directory.get(), LOCK_EX | LOCK_NB) != 0 ||
        state_of_group(directory.get()) == GroupState::absent)
        return std::nullopt;
    if (::faccessat(directory.get(), "cgroup.kill", F_OK, 0) != 0 && errno == ENOENT) {
        remove_group(path);
        give_up("the kernel is older than Linux 5.14 and has no cgroup.kill");
        return std::nullopt;
    }
    return RunCgroup(path, std::move(directory));
}

GroupState CgroupTree::standing(const Run& run)
{
    const Found found = find(run);
    auto state = found.certain ? GroupState::absent : GroupState::unknown;
    for (const auto& [path, directory] : found.groups) {
        const auto one = state_of_group(directory.get());
        if (one == GroupState::populated)
            return one;
        if (one == GroupState::unknown || (one == GroupState::empty && state == GroupState::absent))
            state = one;
    }
    return state;
}

bool CgroupTree::kill(const Run& run)
{
    const Found found = find(run);
    bool all = found.certain;
    for (const auto& [path, directory] : found.groups)
        all = !is_below(site_->own, path) && kill_group(directory.get()) && all;
    return all;
}

bool CgroupTree::remove(const Run& run)
{
    const Found found = find(run);
    bool all = found.certain;
    for (const auto& [path, directory] : found.groups)
        all = ::flock(directory.get(), LOCK_EX | LOCK_NB) == 0 && remove_group(path) && all;
    return all;
}

CgroupTree::Found CgroupTree::find(const Run& run)
{
    Found found;
    try {
        if (!find_site())
            return found;
    } catch (const Error&) {
        found.certain = false;
        return found;
    }
    const auto name = group_name(run.id);
    look_into_parents(name, found);
    const std::pair runner(run.runner.process.pid, run.runner.process.start_ticks);
    if (!found.groups.empty() || !found.certain || searched_for_.contains(runner))
        return found;
    std::vector<Parent> parents;
    const Fd top = open_group(AT_FDCWD, site_->mount.c_str());
    if (top ? !is_of_groups(top.get()) : is_closed_to_us(errno))
        return found;
    if (!top || !search(top.get(), site_->mount, parents)) {
        found.certain = false;
        return found;
    }
    parents_ = std::move(parents);
    searched_for_.insert(runner);
    look_into_parents(name, found);
    return found;
}

void CgroupTree::look_into_parents(const std::string& name, Found& found) const
{
    for (const auto& parent : parents_) {
        Fd group = open_run_group(parent.directory.get(), name.c_str());
        if (group)
            found.groups.emplace_back(parent.path / name, std::move(group));
        else if (errno != ENOENT && errno != ENODEV)
            found.certain = false;
    }
}

/// False: not everything could be seen.
bool CgroupTree::search(int directory, const std::filesystem::path& path, std::vector<Parent>& parents) const
{
    const auto names = groups_below(directory);
    if (!names)
        return false;
    for (const auto& name : *names) {
        const bool of_runs = name.starts_with(instance_group_prefix);
        if (of_runs && name != parent_name_)
            continue;
        Fd group = open_group(directory, name.c_str());
        if (!group && is_closed_to_us(errno))
            continue;
        if (!group || (!of_runs && !search(group.get(), path / name, parents)))
            return false;
        if (of_runs && is_ours(group.get()))
            parents.push_back({path / name, std::move(group)});
    }
    return true;
}

} // namespace escher::os
