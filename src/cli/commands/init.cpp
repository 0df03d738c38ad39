#include "app/history.hpp"
#include "app/shared_files.hpp"
#include "cli/commands/entries.hpp"
#include "cli/context.hpp"
#include "os/lock_file.hpp"
#include "os/network_file_system.hpp"
#include "json/init_json.hpp"

#include <escher/error.hpp>

namespace escher::cli {

int run_init(Context& context, const Arguments& arguments)
{
    const Config& config = context.session.config();
    if (const auto network = os::network_file_system(config.database.path))
        throw Error(ErrorKind::unavailable, "the database '" + config.database.path.string() +
                                                "' would lie on a network file system (" + *network +
                                                "), where locks cannot be relied on: set database.path to a local "
                                                "directory");
    const auto group_name = arguments.value("group");
    SharedFiles files(group_name ? std::optional(group_id(*group_name)) : std::nullopt, group_name.value_or(""));

    files.make_directory(config.database.path.parent_path(), config.database.table_prefix.empty(),
                         own_entries(config));
    files.make_file(config.database.path); // before SQLite, which gives -wal and -shm the mode of this file
    Store& store = context.session.store(Access::create);
    // A directory of somebody else's choosing (/var/log, /run/lock) is made if it is missing, but not taken over.
    if (!std::filesystem::exists(config.output.directory) ||
        config.output.directory.parent_path() == config.database.path.parent_path())
        files.make_directory(config.output.directory, true, {});
    if (!std::filesystem::exists(config.run.lock.parent_path()))
        files.make_directory(config.run.lock.parent_path(), false, {});
    files.make_file(config.run.lock);
    os::LockFile lock(config.run.lock); // refuses what is no lock file of ours
    files.make_file(config.run.wake);
    // The first to see the database here; where a tick has the lock, that one is.
    if (lock.try_take())
        History(config, store, lock.seen()).settle_in(context.session.now());
    lock.release();
    for (const char* suffix : {"-wal", "-shm"})
        files.share_existing(config.database.path.string() + suffix);
    if (const auto held = why_held(config, store))
        context.console.warn(*held);

    if (context.console.json) {
        context.console.out(init_json(config.database.path.string(), files.deeds()));
        return 0;
    }
    if (files.deeds().empty())
        context.console.narrate("nothing to do: '" + config.database.path.string() + "' is in place");
    for (const std::string& deed : files.deeds())
        context.console.narrate(deed);
    return 0;
}

} // namespace escher::cli
