#include "cli/check/check_files.hpp"

#include "app/private_place.hpp"
#include "os/lock_file.hpp"
#include "os/network_file_system.hpp"
#include "os/user.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace escher::cli {

namespace {

/// None: it is not there. Throws Error where that cannot be told.
std::optional<FileFacts> facts_of(const std::filesystem::path& path, mode_t& type)
{
    struct stat found {};
    if (::lstat(path.c_str(), &found) != 0) {
        if (errno != ENOENT && errno != ENOTDIR)
            throw Error(ErrorKind::io, fmt::format("cannot look at '{}': {}", path.string(), std::strerror(errno)));
        return std::nullopt;
    }
    type = found.st_mode & static_cast<mode_t>(S_IFMT);
    return FileFacts{found.st_uid, found.st_gid, static_cast<mode_t>(found.st_mode & 07777)};
}

void check_network(const std::string& title, const std::filesystem::path& path, Findings& findings)
{
    if (const auto network = os::network_file_system(path))
        findings.fail(fmt::format("{} '{}' lies on a network file system ({}), where locks cannot be relied on",
                                  title, path.string(), *network),
                      "move it to a local directory");
}

bool check_access(const std::string& title, const std::filesystem::path& path, int mode, Findings& findings)
{
    if (::access(path.c_str(), mode) == 0)
        return true;
    const int error = errno;
    findings.fail(fmt::format("{} '{}' cannot be written by {}: {}", title, path.string(), os::user_name(),
                              std::strerror(error)),
                  "check as the user of the tick, or add this one to the group of the directory");
    return false;
}

std::optional<FileFacts> check_directory(const Config& config, Findings& findings)
{
    const auto directory = config.database.path.parent_path();
    check_network("the database", config.database.path, findings);
    mode_t type = 0;
    struct stat target {};
    if (::stat(directory.c_str(), &target) != 0) {
        findings.fail(fmt::format("the directory '{}' of the database: {}", directory.string(), std::strerror(errno)),
                      init_call(config));
        return std::nullopt;
    }
    const FileFacts facts{target.st_uid, target.st_gid, static_cast<mode_t>(target.st_mode & 07777)};
    type = target.st_mode & static_cast<mode_t>(S_IFMT);
    if (type != S_IFDIR) {
        findings.fail(fmt::format("'{}' is not a directory", directory.string()));
        return std::nullopt;
    }
    const bool usable = check_access("the directory", directory, R_OK | W_OK | X_OK, findings);
    const bool shared = (facts.mode & S_IWGRP) != 0;
    if ((facts.mode & S_IWOTH) != 0)
        findings.fail(fmt::format("anybody can write the directory '{}'", directory.string()),
                      fmt::format("chmod o-w '{}'", directory.string()));
    else if (shared && (facts.mode & S_ISGID) == 0)
        findings.fail(fmt::format("files made in '{}' do not get its group, so the others cannot write them",
                                  directory.string()),
                      fmt::format("chmod g+s '{}'", directory.string()));
    else if (usable)
        findings.ok(fmt::format("the directory '{}' ({})", directory.string(),
                                shared ? "shared with its group" : "not shared"));
    return facts;
}

void check_lock(const Config& config, Findings& findings)
{
    check_network("the lock file", config.run.lock, findings);
    mode_t type = 0;
    if (!facts_of(config.run.lock, type)) {
        findings.ok(fmt::format("the lock file '{}' is made by the first tick", config.run.lock.string()));
        return;
    }
    if (type != S_IFREG) {
        findings.fail(fmt::format("the lock file '{}' is not a regular file", config.run.lock.string()),
                      "remove it while no tick runs");
        return;
    }
    if (!check_access("the lock file", config.run.lock, R_OK | W_OK, findings))
        return;
    const auto holder = os::LockFile::holder(config.run.lock);
    findings.ok(fmt::format("the lock file '{}' ({})", config.run.lock.string(),
                            !holder            ? std::string("no tick holds it")
                            : holder->pid == 0 ? std::string("a tick holds it")
                                               : fmt::format("held by the tick with pid {}", holder->pid)));
}

void check_output(const Config& config, Findings& findings)
{
    const auto& directory = config.output.directory;
    struct stat found {};
    if (::stat(directory.c_str(), &found) != 0) {
        const int error = errno;
        const bool goes_with_state = directory.parent_path() == config.run.state &&
                                     ::access(config.run.state.c_str(), F_OK) != 0 && errno == ENOENT;
        if (error == ENOENT && (goes_with_state || ::access(directory.parent_path().c_str(), W_OK) == 0))
            findings.ok(fmt::format("the output directory '{}' is made by the first tick", directory.string()));
        else
            findings.fail(fmt::format("the output directory '{}': {}", directory.string(), std::strerror(error)),
                          init_call(config));
        return;
    }
    if (std::filesystem::is_symlink(std::filesystem::symlink_status(directory))) {
        findings.fail(
            fmt::format("the output directory '{}' is a symbolic link, which is not followed", directory.string()),
            "set output.directory to where it leads, or remove the link");
        return;
    }
    if (!S_ISDIR(found.st_mode)) {
        findings.fail(fmt::format("the output directory '{}' is not a directory", directory.string()));
        return;
    }
    if (check_access("the output directory", directory, W_OK | X_OK, findings))
        findings.ok(fmt::format("the output directory '{}'", directory.string()));
}

/// False: what is in it is for another user to judge.
bool check_private_place(const Config& config, Findings& findings)
{
    if (is_closed_private_place(config)) {
        findings.ok(fmt::format("the private directory '{}' (run.state) is closed to {}", config.run.state.string(),
                                os::user_name()));
        return false;
    }
    try {
        examine_private_place(config);
        require_owner(config);
    } catch (const Error& error) {
        findings.fail(error.what());
    }
    return true;
}

} // namespace

void judge_file(const std::string& title, const std::string& path, const FileFacts& file, const FileFacts& directory,
                Findings& findings)
{
    if ((file.mode & S_IWOTH) != 0)
        findings.fail(fmt::format("anybody can write {} '{}'", title, path), fmt::format("chmod o-w '{}'", path));
    if ((directory.mode & S_IWGRP) == 0)
        return;
    // Whoever may create files beside it is meant to write it too.
    if (file.group != directory.group)
        findings.fail(
            fmt::format("{} '{}' is not of the group that shares its directory", title, path),
            fmt::format("chgrp --reference='{}' '{}'", std::filesystem::path(path).parent_path().string(), path));
    if ((file.mode & 0060) != 0060)
        findings.fail(fmt::format("the group that shares the directory cannot write {} '{}'", title, path),
                      fmt::format("chmod 660 '{}'", path));
}

void check_files(const Config& config, Findings& findings)
{
    const auto directory = check_directory(config, findings);
    if (!directory)
        return;
    const std::string database = config.database.path.string();
    struct Part {
        std::string title;
        std::string path;
    };
    for (const Part& part : {Part{"the database", database}, Part{"the WAL", database + "-wal"},
                             Part{"the shared memory", database + "-shm"}}) {
        mode_t type = 0;
        const auto facts = facts_of(part.path, type);
        if (!facts)
            continue;
        if (type != S_IFREG) {
            findings.fail(fmt::format("{} '{}' is not a regular file", part.title, part.path));
            continue;
        }
        judge_file(part.title, part.path, *facts, *directory, findings);
        check_access(part.title, part.path, R_OK | W_OK, findings);
    }
    // It usually lies beside the database, and is shared in the same way; the lock never is.
    mode_t type = 0;
    if (const auto& wake = config.run.wake; wake.parent_path() == config.database.path.parent_path())
        if (const auto facts = facts_of(wake, type); facts && type == S_IFREG)
            judge_file("the wake file", wake.string(), *facts, *directory, findings);
    const bool open = check_private_place(config, findings);
    if (open || config.run.lock.parent_path() != config.run.state)
        check_lock(config, findings);
    if (open || config.output.directory.parent_path() != config.run.state)
        check_output(config, findings);
}

} // namespace escher::cli
