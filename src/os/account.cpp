#include "os/account.hpp"

#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include <cerrno>

namespace escher::os {

namespace {

/// `look_up(entry, buffer, size, result)` is getpwnam_r or getpwuid_r with its key bound.
template<typename LookUp>
std::optional<Account> read_account(const LookUp& look_up)
{
    std::vector<char> buffer(4096);
    passwd entry = {};
    passwd* found = nullptr;
    while (look_up(&entry, buffer.data(), buffer.size(), &found) == ERANGE && buffer.size() < (1U << 22))
        buffer.resize(buffer.size() * 2);
    if (found == nullptr)
        return std::nullopt;
    const auto text = [](const char* value) { return std::string(value == nullptr ? "" : value); };
    Account account{.name = text(found->pw_name),
                    .uid = found->pw_uid,
                    .gid = found->pw_gid,
                    .home = text(found->pw_dir),
                    .shell = text(found->pw_shell),
                    .groups = {}};
    if (account.home.empty())
        account.home = "/";
    if (account.shell.empty())
        account.shell = "/bin/sh"; // passwd(5): what an empty field means
    return account;
}

std::vector<gid_t> groups_of(const Account& account)
{
    int count = 64;
    std::vector<gid_t> groups(static_cast<std::size_t>(count));
    while (::getgrouplist(account.name.c_str(), account.gid, groups.data(), &count) < 0) {
        const auto more = static_cast<std::size_t>(count);
        groups.resize(more > groups.size() ? more : groups.size() * 2);
        count = static_cast<int>(groups.size());
    }
    groups.resize(static_cast<std::size_t>(count));
    return groups;
}

} // namespace

const Account& Accounts::own()
{
    if (!own_) {
        const uid_t uid = ::geteuid();
        own_ = read_account([&](passwd* entry, char* buffer, std::size_t size, passwd** found) {
            return ::getpwuid_r(uid, entry, buffer, size, found);
        });
        if (!own_)
            own_ = Account{.name = std::to_string(uid),
                           .uid = uid,
                           .gid = ::getegid(),
                           .home = "/",
                           .shell = "/bin/sh",
                           .groups = {}};
    }
    return *own_;
}

const Account* Accounts::find(const std::string& name)
{
    const auto [entry, is_new] = by_name_.try_emplace(name);
    if (is_new) {
        entry->second = read_account([&](passwd* result, char* buffer, std::size_t size, passwd** found) {
            return ::getpwnam_r(name.c_str(), result, buffer, size, found);
        });
        if (entry->second && entry->second->uid != ::geteuid())
            entry->second->groups = groups_of(*entry->second);
    }
    return entry->second ? &*entry->second : nullptr;
}

} // namespace escher::os
