#include "app/database_owner.hpp"
#include "app/history.hpp"
#include "app/private_place.hpp"
#include "app/shared_files.hpp"
#include "cli/commands/entries.hpp"
#include "cli/context.hpp"
#include "os/errno_text.hpp"
#include "os/lock_file.hpp"
#include "os/name_service.hpp"
#include "os/network_file_system.hpp"
#include "os/system_user.hpp"
#include "json/init_json.hpp"

#include <escher/error.hpp>

#include <fmt/format.h>

#include <sys/stat.h>
#include <unistd.h>

namespace escher::cli {

namespace {

constexpr auto usual_owner = "escher-cron";

struct Owner {
    std::string name;
    uid_t uid = 0;
};

/// Whose the database is, or its directory, where it is nobody's yet or root's; none: root's as well.
std::optional<Owner> present_owner(const std::filesystem::path& database)
{
    for (const auto& path : {database, database.parent_path()}) {
        struct stat found {};
        if (::stat(path.c_str(), &found) != 0 || found.st_uid == 0)
            continue;
        const auto answer = os::look_up_user(found.st_uid);
        return Owner{answer.found ? answer.entry.pw_name : std::to_string(found.st_uid), found.st_uid};
    }
    return std::nullopt;
}

/// None: whoever has the files keeps them.
std::optional<Owner> owner_of_shared(const Config& config, const Arguments& arguments)
{
    const auto named = arguments.value("owner");
    if (!arguments.has("group")) {
        if (named)
            throw Error(ErrorKind::usage, "--owner: it is for a database that a group shares, see --group");
        return std::nullopt;
    }
    if (!named && ::geteuid() != 0)
        return std::nullopt;
    if (const auto present = present_owner(config.database.path); !named && present)
        return present;
    const std::string name = named.value_or(usual_owner);
    auto answer = os::look_up_user(name);
    if (!answer.found && answer.error == 0 && !named) {
        os::create_system_user(name);
        answer = os::look_up_user(name);
    }
    if (answer.error != 0)
        throw Error(ErrorKind::io, fmt::format("--owner: cannot look up the user '{}': {}{}", name,
                                               os::errno_text(answer.error), os::remedy(answer.error)));
    if (!answer.found)
        throw Error(ErrorKind::usage, fmt::format("--owner: there is no user '{}'; root makes one with '{}'", name,
                                                  os::system_user_call(name)));
    if (answer.entry.pw_uid == 0)
        throw Error(ErrorKind::usage,
                    "--owner: root must not own what others can write; name a user without privileges");
    if (::geteuid() != 0 && answer.entry.pw_uid != ::geteuid())
        throw Error(ErrorKind::permission, "--owner: only root can give files to another user");
    return Owner{name, answer.entry.pw_uid};
}

} // namespace

int run_init(Context& context, const Arguments& arguments)
{
    const Config& config = context.session.config();
    if (const auto network = os::network_file_system(config.database.path))
        throw Error(ErrorKind::unavailable, "the database '" + config.database.path.string() +
                                                "' would lie on a network file system (" + *network +
                                                "), where locks cannot be relied on: set database.path to a local "
                                                "directory");
    const auto group_name = arguments.value("group");
    const auto group = group_name ? std::optional(group_id(*group_name)) : std::nullopt;
    if (group)
        require_place_apart(config);
    const auto owner = owner_of_shared(config, arguments);
    SharedFiles files(group, group_name.value_or(""), owner ? std::optional(owner->uid) : std::nullopt,
                      owner ? owner->name : "");
    SharedFiles own(std::nullopt, "");

    // Before the database: once that is shared, what lies beside it is no longer safe where it is.
    std::error_code unknown; // what cannot be looked at cannot be made either, and says so
    if (!std::filesystem::exists(config.database.path.parent_path(), unknown))
        files.make_directory(config.database.path.parent_path(), false, {});
    const auto laid_out = lay_out_private_place(config);
    files.make_directory(config.database.path.parent_path(), config.database.table_prefix.empty(),
                         own_entries(config));
    files.make_file(config.database.path); // before SQLite, which gives -wal and -shm the mode of this file
    // A directory of somebody else's choosing (/var/log, /run/lock) is made if it is missing, but not taken over.
    for (const auto& directory : {config.output.directory, config.run.lock.parent_path()})
        if (!std::filesystem::exists(directory, unknown))
            own.make_directory(directory, false, {});
    os::LockFile lock(config.run.lock); // refuses what is no lock file of ours
    files.make_file(config.run.wake);
    const auto share_beside = [&] {
        for (const char* suffix : {"-wal", "-shm"})
            files.share_existing(config.database.path.string() + suffix);
    };
    share_beside(); // what an earlier owner has left
    const bool others_write = owner_of_shared_database(config).has_value();
    Store& store = context.session.store(Access::create); // as the owner, if others can write there
    if (others_write)
        settle_new_store(config, store);
    else if (lock.try_take()) // the first to see the database here; where a tick has the lock, that one is
        History(config, store, os::memory_of(lock.seen())).settle_in(context.session.now());
    lock.release();
    if (!others_write) // else they are the owner's, and the directory gives them the group
        share_beside();
    auto deeds = files.deeds();
    for (const auto& more : {laid_out, own.deeds()})
        deeds.insert(deeds.end(), more.begin(), more.end());
    if (const auto held = why_held(config, store, context.session.private_view()))
        context.console.warn(*held);

    if (context.console.json) {
        context.console.out(init_json(config.database.path.string(), deeds));
        return 0;
    }
    if (deeds.empty())
        context.console.narrate("nothing to do: '" + config.database.path.string() + "' is in place");
    for (const std::string& deed : deeds)
        context.console.narrate(deed);
    return 0;
}

} // namespace escher::cli
