#pragma once

#include "config/config.hpp"

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace escher {

/// Makes directories and files that a group can share, whatever the umask: 2770 and 0660 with a group, else 0700 for
/// directories and 0660 for files, which nobody else can reach then. Remembers what it did. What exists already and
/// is as wanted is left alone. Throws Error.
class SharedFiles {
public:
    /// Only with a group: `owner` (none: whose they are) has them.
    SharedFiles(std::optional<gid_t> group, std::string group_name, std::optional<uid_t> owner = {},
                std::string owner_name = {})
        : group_(group), group_name_(std::move(group_name)), owner_(owner), owner_name_(std::move(owner_name))
    {
    }

    /// One that exists is opened to the group only if it is ours alone: `dedicated`, and nothing in it but `ours`
    /// (empty: anything may be in it). Otherwise an Error tells what to do by hand.
    void make_directory(const std::filesystem::path& path, bool dedicated, const std::vector<std::string>& ours);

    /// An empty one, or the one that exists.
    void make_file(const std::filesystem::path& path);

    /// Gives a file to the group if it exists.
    void share_existing(const std::filesystem::path& path);

    /// "created '/var/lib/x' (2770, group www-data)".
    [[nodiscard]] const std::vector<std::string>& deeds() const { return deeds_; }

private:
    [[nodiscard]] bool is_of_owner(uid_t uid) const { return !owner_ || uid == *owner_; }
    void give_to_group(const std::filesystem::path& path, mode_t mode, bool created);

    std::optional<gid_t> group_;
    std::string group_name_;
    std::optional<uid_t> owner_;
    std::string owner_name_;
    std::vector<std::string> deeds_;
};

/// Throws Error{usage}: no such group.
[[nodiscard]] gid_t group_id(const std::string& name);

/// What of ours lies in the directory of the database: names.
[[nodiscard]] std::vector<std::string> own_entries(const Config& config);

} // namespace escher
