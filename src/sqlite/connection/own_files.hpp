#pragma once

#include <sys/stat.h>

#include <optional>
#include <string>

namespace escher::sqlite {

/// SQLite's way to the file system for all of our connections: it knows the databases that were opened through it, and beside
/// each its -wal, -shm and -journal, by name, and no other file. Who may write the directory of a database decides what is
/// found under these names; each is taken only if it is a regular file with no other name, and a symbolic link is not
/// followed. What SQLite wants of any other path, as of a super-journal that a journal names, is refused before anything is
/// undone or deleted. Registered at the first call; returns the name to open with.
[[nodiscard]] const char* own_files_vfs();

struct FileIdentity {
    dev_t device = 0;
    ino_t inode = 0;

    bool operator==(const FileIdentity&) const = default;
};

/// Of the database file that was opened last, told by its descriptor; none if SQLite had one open already.
[[nodiscard]] std::optional<FileIdentity> opened_database() noexcept;

/// Why a file was refused, in words that name it and a remedy; empty if none was since forget_refusal().
[[nodiscard]] const std::string& refusal() noexcept;
void forget_refusal() noexcept;

/// What keeps a file from being one of a database's, in words; empty: nothing.
[[nodiscard]] std::string oddity_of(const struct stat& status);

} // namespace escher::sqlite
