#pragma once

#include <sys/types.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace escher::os {

/// A user as a job needs to know it.
struct Account {
    std::string name;
    uid_t uid = 0;
    gid_t gid = 0;
    std::string home;
    std::string shell;
    std::vector<gid_t> groups; ///< supplementary ones; only looked up for a user other than our own
};

/// Looks users up once each: the name service may be slow, and jobs are many.
class Accounts {
public:
    /// The effective user, with sound values where it has no entry. Throws Error if that cannot be told.
    const Account& own();

    /// Null: no such user. Throws Error if that, or the groups, cannot be told.
    const Account* find(const std::string& name);

private:
    std::optional<Account> own_;
    std::map<std::string, std::optional<Account>> by_name_;
};

} // namespace escher::os
