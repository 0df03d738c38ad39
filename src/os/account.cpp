#include "os/account.hpp"

#include "os/errno_text.hpp"
#include "os/name_service.hpp"

#include <escher/error.hpp>

#include <unistd.h>

namespace escher::os {

namespace {

/// None: no such user. Throws where that cannot be told: a job must not run with another home, or count as failed.
std::optional<Account> account_of(const NameAnswer<passwd>& answer, const std::string& user)
{
    if (answer.error != 0)
        throw Error(ErrorKind::io,
                    "cannot look up the user '" + user + "': " + errno_text(answer.error) + remedy(answer.error));
    if (!answer.found)
        return std::nullopt;
    const passwd& found = answer.entry;
    const auto text = [](const char* value) { return std::string(value == nullptr ? "" : value); };
    Account account{.name = text(found.pw_name),
                    .uid = found.pw_uid,
                    .gid = found.pw_gid,
                    .home = text(found.pw_dir),
                    .shell = text(found.pw_shell),
                    .groups = {}};
    if (account.home.empty())
        account.home = "/";
    if (account.shell.empty())
        account.shell = "/bin/sh"; // passwd(5): what an empty field means
    return account;
}

std::vector<gid_t> ask_for_groups(const Account& account)
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

/// getgrouplist(3) leaves out what it cannot read, without a word: so it is asked twice, and the file is looked at.
std::vector<gid_t> groups_of(const Account& account)
{
    auto groups = ask_for_groups(account);
    const int error = fault_of_group_file();
    if (error != 0 || groups != ask_for_groups(account))
        throw Error(ErrorKind::io, "cannot look up the groups of the user '" + account.name + "': " +
                                       (error != 0 ? errno_text(error) + remedy(error) : "two answers differ"));
    return groups;
}

} // namespace

const Account& Accounts::own()
{
    if (!own_) {
        const uid_t uid = ::geteuid();
        own_ = account_of(look_up_user(uid), std::to_string(uid));
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
    auto known = by_name_.find(name);
    if (known == by_name_.end()) {
        auto account = account_of(look_up_user(name), name);
        if (account && account->uid != ::geteuid())
            account->groups = groups_of(*account);
        known = by_name_.emplace(name, std::move(account)).first;
    }
    return known->second ? &*known->second : nullptr;
}

} // namespace escher::os
