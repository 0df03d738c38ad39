#pragma once

#include <grp.h>
#include <pwd.h>

#include <string>
#include <vector>

namespace escher::os {

/// What the name service says of a user or a group. There are three answers: it is found, there is none, and (`error`)
/// it cannot be told.
template<typename Entry>
struct NameAnswer {
    bool found = false;
    int error = 0; ///< an errno, if it cannot be told
    Entry entry{}; ///< if found; points into `text`
    std::vector<char> text;
};

[[nodiscard]] NameAnswer<passwd> look_up_user(uid_t uid);
[[nodiscard]] NameAnswer<passwd> look_up_user(const std::string& name);
[[nodiscard]] NameAnswer<group> look_up_group(gid_t gid);
[[nodiscard]] NameAnswer<group> look_up_group(const std::string& name);

/// For messages: the group's name, or its number.
[[nodiscard]] std::string group_name(gid_t gid);

/// What keeps /etc/group from being read, as an errno; 0: nothing does, or it is not there for us.
[[nodiscard]] int fault_of_group_file();

} // namespace escher::os
