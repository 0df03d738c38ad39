#include "os/cgroup_site.hpp"

#include "os/cgroup_file.hpp"
#include "os/errno_text.hpp"
#include "os/user.hpp"

#include <escher/error.hpp>

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <vector>

namespace escher::os {

namespace {

constexpr auto unified_remedy = "mount one (systemd does by itself since version 247)";
constexpr auto delegate_remedy =
    "start ticks by a systemd unit with Delegate=yes, as etc/systemd has it, instead of cron";

std::vector<std::string_view> split(std::string_view text, char at)
{
    std::vector<std::string_view> parts;
    for (;;) {
        const auto end = text.find(at);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos)
            return parts;
        text.remove_prefix(end + 1);
    }
}

/// Blanks and backslashes stand as \040 and the like in mountinfo; see proc(5).
std::string unescape(std::string_view text)
{
    std::string plain;
    const auto octal = [](char c) { return c >= '0' && c <= '7'; };
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\\' && i + 3 < text.size() && octal(text[i + 1]) && octal(text[i + 2]) &&
            octal(text[i + 3])) {
            plain += static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0'));
            i += 3;
        } else {
            plain += text[i];
        }
    }
    return plain;
}

struct Mount {
    std::string root; ///< the group that is shown at `point`
    std::string point;
    bool read_only = false;
};

std::vector<Mount> unified_mounts(std::string_view mountinfo)
{
    std::vector<Mount> mounts;
    for (const auto line : split(mountinfo, '\n')) {
        const auto fields = split(line, ' ');
        const auto dash = std::find(fields.begin(), fields.end(), "-");
        if (fields.size() < 6 || dash == fields.end() || dash + 1 == fields.end() || dash[1] != "cgroup2")
            continue;
        const auto options = split(fields[5], ',');
        mounts.push_back({unescape(fields[3]), unescape(fields[4]),
                          std::find(options.begin(), options.end(), "ro") != options.end()});
    }
    return mounts;
}

std::optional<std::string> unified_group(std::string_view own_groups)
{
    for (const auto line : split(own_groups, '\n'))
        if (line.starts_with("0::/"))
            return std::string(line.substr(3));
    return std::nullopt;
}

/// Where `mount` shows `group`; none: it does not.
std::optional<std::string> shown_at(const Mount& mount, const std::string& group)
{
    const std::string root = mount.root == "/" ? "" : mount.root;
    if (group != root && !group.starts_with(root + "/"))
        return std::nullopt;
    const auto below = group.substr(root.size());
    return below == "/" ? mount.point : mount.point + below;
}

void refuse(CgroupSite& site, std::string why_not, std::string remedy = {})
{
    site.why_not = std::move(why_not);
    site.remedy = std::move(remedy);
}

void find_base(CgroupSite& site)
{
    site.base = site.mount;
    auto relative = site.own.lexically_relative(site.mount);
    if (relative == ".")
        return;
    for (const auto& part : relative) {
        if (part == tick_leaf) {
            site.has_leaf = true;
            return;
        }
        if (part.string().starts_with(instance_group_prefix))
            return;
        site.base /= part;
    }
}

std::string read_proc_text(const char* path)
{
    std::string text;
    const int error = read_group_file(AT_FDCWD, path, text);
    if (error != 0 && error != ENOENT)
        throw Error(ErrorKind::unavailable,
                    std::string("cannot read '") + path + "': " + errno_text(error) + remedy(error));
    return text;
}

std::string quoted(const std::filesystem::path& path)
{
    return "'" + path.string() + "'";
}

/// False, with the reason, unless we may write `file`.
bool may_write(CgroupSite& site, const std::filesystem::path& file, int mode)
{
    if (::faccessat(AT_FDCWD, file.c_str(), mode, AT_EACCESS) == 0)
        return true;
    const int error = errno;
    if (error == EACCES || error == EPERM)
        refuse(site, "the control group " + quoted(site.base) + " cannot be written by " + user_name(),
               delegate_remedy);
    else if (error == EROFS)
        refuse(site, quoted(site.mount) + " is mounted read-only");
    else if (error == ENOENT || error == ENOTDIR)
        refuse(site, "there is no control group " + quoted(site.base) + " here");
    else
        throw Error(ErrorKind::unavailable, "cannot look at " + quoted(file) + ": " + errno_text(error));
    return false;
}

/// A file of the base, empty if it is not there.
std::string control(const CgroupSite& site, const char* name)
{
    std::string text;
    const auto file = site.base / name;
    const int error = read_group_file(AT_FDCWD, file.c_str(), text);
    if (error != 0 && error != ENOENT && error != ENODEV)
        throw Error(ErrorKind::unavailable, "cannot read " + quoted(file) + ": " + errno_text(error) + remedy(error));
    return text;
}

} // namespace

CgroupSite locate_cgroup(std::string_view mountinfo, std::string_view own_groups)
{
    CgroupSite site;
    const auto mounts = unified_mounts(mountinfo);
    const auto group = unified_group(own_groups);
    if (mounts.empty() || !group) {
        refuse(site, "no cgroup v2 hierarchy is mounted", unified_remedy);
        return site;
    }
    const Mount* chosen = nullptr;
    for (const auto& mount : mounts)
        if (shown_at(mount, *group) && (chosen == nullptr || (chosen->read_only && !mount.read_only)))
            chosen = &mount;
    if (chosen == nullptr || group->starts_with("/..")) {
        site.mount = mounts.front().point;
        refuse(site, "the tick's own control group '" + *group + "' is not shown at " + quoted(site.mount));
        return site;
    }
    site.mount = chosen->point;
    site.own = *shown_at(*chosen, *group);
    find_base(site);
    if (group->ends_with(" (deleted)"))
        refuse(site, "the tick's own control group has been removed");
    else if (chosen->read_only)
        refuse(site, quoted(site.mount) + " is mounted read-only");
    return site;
}

std::filesystem::path home_of_ticks(const CgroupSite& site)
{
    const auto below = site.own.lexically_relative(site.base);
    if (site.own.empty() || !below.begin()->string().starts_with(instance_group_prefix))
        return {};
    return site.has_leaf ? site.base / tick_leaf : site.base;
}

std::filesystem::path own_home_of_ticks() noexcept
{
    try {
        const auto groups = read_proc_text("/proc/self/cgroup");
        if (groups.find("/" + std::string(instance_group_prefix)) == std::string::npos)
            return {};
        auto site = locate_cgroup(read_proc_text("/proc/self/mountinfo"), groups);
        site.has_leaf = ::access((site.base / tick_leaf).c_str(), F_OK) == 0;
        return home_of_ticks(site);
    } catch (const std::exception&) {
        return {};
    }
}

CgroupSite find_cgroup_site()
{
    CgroupSite site = locate_cgroup(read_proc_text("/proc/self/mountinfo"), read_proc_text("/proc/self/cgroup"));
    if (!site.why_not.empty())
        return site;
    struct statfs file_system = {};
    if (::statfs(site.base.c_str(), &file_system) != 0 && errno != ENOENT && errno != ENOTDIR) {
        if (errno != EACCES && errno != EPERM)
            throw Error(ErrorKind::unavailable, "cannot look at " + quoted(site.base) + ": " + errno_text(errno));
        refuse(site, "the control group " + quoted(site.base) + " is not shown to " + user_name(), delegate_remedy);
        return site;
    }
    if (file_system.f_type != CGROUP2_SUPER_MAGIC) {
        refuse(site, "there is no control group " + quoted(site.base) + " here");
        return site;
    }
    // A process may be put from one group into another by whoever may write cgroup.procs of the group above both.
    if (!may_write(site, site.base, W_OK | X_OK) || !may_write(site, site.base / "cgroup.procs", W_OK))
        return site;
    const auto type = control(site, "cgroup.type");
    if (!type.empty() && type != "domain\n") {
        refuse(site, "the control group " + quoted(site.base) + " is threaded");
        return site;
    }
    site.has_leaf = site.has_leaf || ::access((site.base / tick_leaf).c_str(), F_OK) == 0;
    site.accounts_memory = has_word(control(site, "cgroup.subtree_control"), "memory") ||
                           (site.has_leaf && has_word(control(site, "cgroup.controllers"), "memory"));
    return site;
}

} // namespace escher::os
