#include "app/private_place.hpp"

#include "os/errno_text.hpp"
#include "os/file_trust.hpp"
#include "os/lock_file.hpp"
#include "os/name_service.hpp"

#include <escher/error.hpp>

#include <fmt/format.h>

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <optional>

namespace escher {

namespace {

namespace fs = std::filesystem;

constexpr mode_t of_others = 0077;
constexpr auto another_place =
    ", and put another in its place; set run.state in the config to a directory in which only "
    "root can write, like /var/lib/NAME";

std::optional<struct stat> look_at(const fs::path& path)
{
    struct stat found {};
    if (::lstat(path.c_str(), &found) == 0)
        return found;
    if (errno == ENOENT || errno == ENOTDIR)
        return std::nullopt;
    const int error = errno;
    throw Error(error == EACCES ? ErrorKind::permission : ErrorKind::io,
                fmt::format("cannot look at '{}': {}{}", path.string(), os::errno_text(error),
                            error == EACCES ? "; only the user whose ticks run there can" : os::remedy(error)));
}

/// Where lock and output are named one by one, there is nothing to keep.
bool is_needed(const Config& config)
{
    return config.run.lock.parent_path() == config.run.state ||
           config.output.directory.parent_path() == config.run.state;
}

/// Where an earlier version had what is at `path` now; none: it had it nowhere else, or it has moved.
std::optional<fs::path> old_place(const Config& config, const fs::path& path)
{
    const auto beside = config.database.path.parent_path() / path.filename();
    if (path.parent_path() != config.run.state || beside == path || look_at(path) || !look_at(beside))
        return std::nullopt;
    return beside;
}

/// By their names alone.
bool lies_within(const fs::path& path, const fs::path& directory)
{
    const auto way = path.lexically_relative(directory);
    return !way.empty() && *way.begin() != "..";
}

[[noreturn]] void refuse(ErrorKind kind, const Config& config, const std::string& why)
{
    throw Error(kind,
                fmt::format("cannot use the private directory '{}' (run.state): {}", config.run.state.string(), why));
}

void prove_private(const Config& config)
{
    const auto& directory = config.run.state;
    const auto found = look_at(directory);
    if (!found || !S_ISDIR(found->st_mode))
        refuse(ErrorKind::config, config, "it is not a directory; remove it, or set run.state to another place");
    if (found->st_uid != ::geteuid())
        refuse(ErrorKind::permission, config,
               "it belongs to another user, whose ticks these are; run this as that one, or set run.state");
    if ((found->st_mode & of_others) != 0)
        refuse(ErrorKind::config, config,
               fmt::format("others can reach it; if nothing but ours is in it: chmod 700 '{}'", directory.string()));
    // What root's ticks rely on must not be exchanged by who may write the database.
    if (::geteuid() == 0 && !os::writable_only_by_us(directory))
        refuse(ErrorKind::config, config,
               std::string("others can write a directory that leads there") + another_place);
}

/// False: it was there.
bool make_private_directory(const Config& config)
{
    const auto& directory = config.run.state;
    const bool made = ::mkdir(directory.c_str(), 0700) == 0;
    if (!made && errno != EEXIST) {
        const int error = errno;
        refuse(
            error == EACCES ? ErrorKind::permission : ErrorKind::cannot_create, config,
            fmt::format("it cannot be created: {}; '{}' as root creates it, or set run.state to a place of your own",
                        os::errno_text(error), init_call(config)));
    }
    prove_private(config);
    return made;
}

void move(const fs::path& from, const fs::path& to)
{
    if (::rename(from.c_str(), to.c_str()) == 0)
        return;
    const int error = errno;
    throw Error(
        ErrorKind::cannot_create,
        fmt::format("cannot move '{}' to '{}': {}{}", from.string(), to.string(), os::errno_text(error),
                    error == EXDEV ? "; set run.state to a directory of the same file system" : os::remedy(error)));
}

/// What stands in the private place now was in a directory that others may write: it counts only if it is ours.
void require_ours(const fs::path& from, const fs::path& to, mode_t type)
{
    const auto found = look_at(to);
    if (found && found->st_uid == ::geteuid() && (found->st_mode & S_IFMT) == type)
        return;
    move(to, from);
    throw Error(ErrorKind::permission,
                fmt::format("'{}' is not what this user's ticks made, so it is not moved; remove it", from.string()));
}

std::string moved(const fs::path& from, const fs::path& to)
{
    return fmt::format("moved '{}' to '{}'", from.string(), to.string());
}

void require_moved(const Config& config)
{
    for (const auto& path : {config.run.lock, config.output.directory})
        if (const auto old = old_place(config, path))
            throw Error(ErrorKind::config,
                        fmt::format("'{}' lies where an earlier version had it: '{}', while no job runs, moves it to "
                                    "'{}'; nothing is started before",
                                    old->string(), init_call(config), path.string()));
}

} // namespace

std::string init_call(const Config& config)
{
    return config.file.empty() ? "escher-cron init" : fmt::format("escher-cron -c {} init", config.file.string());
}

void examine_private_place(const Config& config)
{
    if (!is_needed(config))
        return;
    if (look_at(config.run.state))
        prove_private(config);
    require_moved(config);
}

bool is_closed_private_place(const Config& config)
{
    struct stat found {};
    if (!is_needed(config) || ::geteuid() == 0)
        return false;
    return ::lstat(config.run.state.c_str(), &found) == 0 ? found.st_uid != ::geteuid() : errno == EACCES;
}

void require_place_apart(const Config& config)
{
    if (::geteuid() != 0 || !is_needed(config))
        return;
    if (lies_within(config.run.state, config.database.path.parent_path()))
        refuse(ErrorKind::config, config,
               std::string("the group can write the directory of the database, in which it lies") + another_place);
}

void prepare_private_place(const Config& config)
{
    if (!is_needed(config))
        return;
    make_private_directory(config);
    require_moved(config);
}

void require_private_place(const Config& config)
{
    const auto shared = config.database.path.parent_path();
    for (const auto& path : {config.run.lock, config.output.directory})
        if (lies_within(path, shared))
            throw Error(ErrorKind::config,
                        fmt::format("'{}' lies in the directory of the database, which others can write: leave "
                                    "run.lock and output.directory to run.state",
                                    path.string()));
    if (!is_needed(config))
        return;
    if (!look_at(config.run.lock))
        refuse(ErrorKind::config, config,
               fmt::format("there is no lock file in it; '{}', while no job runs, lays it out", init_call(config)));
    make_private_directory(config);
}

std::vector<std::string> lay_out_private_place(const Config& config)
{
    std::vector<std::string> deeds;
    if (!is_needed(config))
        return deeds;
    if (make_private_directory(config))
        deeds.push_back(fmt::format("created '{}' (0700)", config.run.state.string()));
    const auto old_lock = old_place(config, config.run.lock);
    const auto old_output = old_place(config, config.output.directory);
    if (!old_lock && !old_output)
        return deeds;
    os::LockFile lock(old_lock.value_or(config.run.lock));
    if (!lock.try_take() || lock.others_use_it())
        throw Error(
            ErrorKind::busy,
            fmt::format("a tick still uses '{}', so nothing is moved to '{}': try again when it has ended, with "
                        "cron's line for it taken out",
                        old_lock.value_or(config.run.lock).string(), config.run.state.string()));
    if (old_output) {
        move(*old_output, config.output.directory);
        require_ours(*old_output, config.output.directory, S_IFDIR);
        ::chmod(config.output.directory.c_str(), 0700);
        deeds.push_back(moved(*old_output, config.output.directory));
    }
    if (old_lock) {
        move(*old_lock, config.run.lock);
        require_ours(*old_lock, config.run.lock, S_IFREG);
        deeds.push_back(moved(*old_lock, config.run.lock));
    }
    return deeds;
}

void require_owner(const Config& config)
{
    if (::geteuid() != 0)
        return;
    const auto& path = config.database.path;
    const auto database = look_at(path);
    const auto directory = look_at(path.parent_path());
    if (!database || !directory || (database->st_uid != 0 && directory->st_uid != 0) || os::writable_only_by_us(path))
        return;
    throw Error(ErrorKind::config,
                fmt::format("the database '{}'{} belongs to root, and others can write it: '{} --group {} --owner "
                            "escher-cron' gives it a user of its own",
                            path.string(), database->st_uid == 0 ? "" : ", or its directory,", init_call(config),
                            os::group_name(database->st_gid)));
}

} // namespace escher
