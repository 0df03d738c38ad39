#include "sqlite/sqlite_store.hpp"

#include "core/errno_text.hpp"
#include "sqlite/connection/failure.hpp"
#include "sqlite/connection/file_access.hpp"
#include "sqlite/connection/transaction.hpp"

#include <escher/error.hpp>

#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>

namespace escher::sqlite {

namespace {

/// From here on a checkpoint that leaves nothing behind also shortens the file.
constexpr std::int64_t long_wal = 64LL * 1024 * 1024;

/// Below this number of pages a checkpoint, which waits for the disk, is not worth a tick's time.
constexpr int few_pages = 256;

/// From here on a person should know.
constexpr std::int64_t alarming_wal = 256LL * 1024 * 1024;

std::int64_t wal_size(const Database& database)
{
    std::error_code error;
    const auto size = std::filesystem::file_size(database.name() + "-wal", error);
    return error ? 0 : static_cast<std::int64_t>(size);
}

} // namespace

bool SqliteStore::changed()
{
    database_.recover_locks();
    Query query = database_.query("PRAGMA data_version");
    query.step();
    const std::pair version(database_.connections(), query.integer(0));
    return std::exchange(data_version_, version) != version;
}

std::string SqliteStore::maintain() noexcept
{
    if (database_.private_copy() || !database_.writable() || database_.wal_pages() < few_pages)
        return {};
    sqlite3* connection = database_.handle();
    int frames = 0;
    int done = 0;
    forget_system_errors(connection);
    const int code = sqlite3_wal_checkpoint_v2(connection, "main", SQLITE_CHECKPOINT_PASSIVE, &frames, &done);
    const auto size = wal_size(database_);
    if (code == SQLITE_OK && frames == done && size > long_wal) {
        // Somebody may read meanwhile: that is no reason to wait.
        database_.set_patience(Duration::zero());
        sqlite3_wal_checkpoint_v2(connection, "main", SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
        database_.set_patience(database_.options().busy_timeout);
    }
    if (code != SQLITE_OK && (code & 0xff) != SQLITE_BUSY)
        return failure_of(connection, code, "checkpoint the database", database_.name()).what();
    if (frames != done && size > alarming_wal)
        return "the file '" + database_.name() + "-wal' has grown to " + std::to_string(size / (1024 * 1024)) +
               " MiB because a program has been reading the database without a pause: find it with fuser(1)";
    return {};
}

} // namespace escher::sqlite
