#include "sqlite/connection/memory_copy.hpp"

#include "core/errno_text.hpp"
#include "sqlite/connection/failure.hpp"
#include "sqlite/connection/own_files.hpp"
#include "sqlite/connection/wal_overlay.hpp"

#include <escher/error.hpp>

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace escher::sqlite {

namespace {

constexpr int most_tries = 20;
constexpr std::size_t wal_header_size = 32;

[[noreturn]] void fail(const std::filesystem::path& file, int error)
{
    throw Error(error == EACCES ? ErrorKind::permission : ErrorKind::io,
                "cannot copy the database '" + file.string() + "': " + errno_text(error) +
                    (error == EACCES ? "; `escher-cron check` tells why" : remedy(error)));
}

[[noreturn]] void fail(const std::filesystem::path& file, const std::string& why, ErrorKind kind)
{
    throw Error(kind, "cannot copy the database '" + file.string() + "': " + why);
}

/// The contents of a file, at most `most` bytes; none if there is no such file.
std::optional<std::string> read_file(const std::filesystem::path& file, std::size_t most)
{
    const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    if (fd < 0) {
        if (errno == ENOENT)
            return std::nullopt;
        fail(file, errno);
    }
    std::string contents;
    struct stat status {};
    int error = ::fstat(fd, &status) != 0 ? errno : 0;
    if (const auto oddity = error == 0 ? oddity_of(status) : ""; !oddity.empty()) {
        ::close(fd);
        fail(file, "it " + oddity, ErrorKind::unavailable);
    }
    contents.resize(error == 0 ? std::min(static_cast<std::size_t>(status.st_size), most) : 0);
    std::size_t size = 0;
    while (error == 0 && size < contents.size()) {
        const auto count = ::read(fd, contents.data() + size, contents.size() - size);
        if (count == 0)
            break;
        if (count > 0)
            size += static_cast<std::size_t>(count);
        else if (errno != EINTR)
            error = errno;
    }
    contents.resize(size);
    ::close(fd);
    if (error != 0)
        fail(file, error);
    return contents;
}

/// What must be the same before and after the file is read, for the copy to be of one piece.
struct Landmarks {
    std::string database; ///< the header: it counts the commits of a rollback journal
    std::string wal; ///< the header: salted anew whenever the log starts from its beginning
    bool journal = false; ///< a rollback journal is in use

    bool operator==(const Landmarks&) const = default;
};

Landmarks landmarks_of(const std::filesystem::path& file, const std::filesystem::path& wal)
{
    Landmarks marks;
    marks.database = read_file(file, 100).value_or("").substr(0, 28);
    marks.wal = read_file(wal, wal_header_size).value_or("");
    const auto journal = read_file(file.string() + "-journal", 8);
    marks.journal = journal && !journal->empty() && (*journal)[0] != '\0';
    return marks;
}

/// None: it was written meanwhile.
std::optional<std::string> try_to_read(const std::filesystem::path& file)
{
    const std::filesystem::path wal = file.string() + "-wal";
    auto before = landmarks_of(file, wal);
    if (before.journal)
        return std::nullopt;
    auto image = read_file(file, std::string::npos);
    if (!image)
        fail(file, "there is none", ErrorKind::unavailable);
    // The log is read after the file: a checkpoint copies only what stands in it, so whatever the file got meanwhile
    // is written over here with the same or a newer state.
    const auto log = read_file(wal, std::string::npos);
    auto after = landmarks_of(file, wal);
    if (!before.wal.empty()) {
        // A checkpoint may have written the header of the file, from the log.
        before.database.clear();
        after.database.clear();
    }
    if (before != after || (log && log->substr(0, wal_header_size) != after.wal))
        return std::nullopt;
    if (log)
        overlay_wal(*image, *log);
    return image;
}

} // namespace

Connection copy_to_memory(const std::filesystem::path& file)
{
    std::optional<std::string> image;
    for (int tries = 0; !image && tries < most_tries; ++tries)
        image = try_to_read(file);
    if (!image)
        fail(file,
             "it is being written all the time, or a program died while it wrote; try again, or open it for "
             "writing once",
             ErrorKind::busy);

    constexpr std::size_t write_version = 18;
    constexpr std::size_t read_version = 19;
    if (image->size() > read_version) {
        // Memory has no write-ahead log.
        (*image)[write_version] = 1;
        (*image)[read_version] = 1;
    }
    sqlite3* raw = nullptr;
    int code =
        sqlite3_open_v2(":memory:", &raw, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_MEMORY, nullptr);
    Connection connection(raw);
    if (code != SQLITE_OK)
        throw_failure(raw, code, "copy the database", file);
    auto* bytes = static_cast<unsigned char*>(sqlite3_malloc64(std::max<std::size_t>(image->size(), 1)));
    if (bytes == nullptr)
        fail(file, "it does not fit into memory", ErrorKind::internal);
    std::memcpy(bytes, image->data(), image->size());
    const auto size = static_cast<sqlite3_int64>(image->size());
    image.reset();
    sqlite3_int64 most = 0x7fff'ffff'ffff;
    code = sqlite3_deserialize(raw, "main", bytes, size, size,
                               SQLITE_DESERIALIZE_FREEONCLOSE | SQLITE_DESERIALIZE_RESIZEABLE);
    if (code != SQLITE_OK)
        throw_failure(raw, code, "copy the database", file);
    sqlite3_file_control(raw, "main", SQLITE_FCNTL_SIZE_LIMIT, &most);
    return connection;
}

} // namespace escher::sqlite
