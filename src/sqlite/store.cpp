#include "sqlite/store.hpp"

#include "core/errno_text.hpp"
#include "sqlite/failure.hpp"
#include "sqlite/file_access.hpp"
#include "sqlite/schema.hpp"
#include "sqlite/transaction.hpp"

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

bool may_read(const std::filesystem::path& path)
{
    const auto answer = may_access(path, R_OK);
    if (!answer)
        throw Error(ExitStatus::io, "cannot examine '" + path.string() + "': " + errno_text(errno) + remedy(errno));
    return *answer;
}

/// True for a database that SQLite cannot open for this user, but that he can read.
bool needs_copy(const std::filesystem::path& file)
{
    // One that may write the directory needs no copy, and for one of whom that is not known a copy does no harm.
    return may_read(file) && !may_access(directory_of(file), W_OK).value_or(false) &&
           (!may_read(file.string() + "-shm") || !may_read(file.string() + "-wal"));
}

std::int64_t wal_size(const Database& database)
{
    std::error_code error;
    const auto size = std::filesystem::file_size(database.name() + "-wal", error);
    return error ? 0 : static_cast<std::int64_t>(size);
}

} // namespace

std::unique_ptr<Store> open_store(const OpenOptions& options)
{
    // SQLite reads a write-ahead log only where it may make or map its -shm file; a copy serves those who may not.
    if (options.access == Access::read && needs_copy(options.file))
        return copy_store(options);
    Database database(options);
    if (options.access != Access::read) {
        refuse_foreign(database);
        database.choose_journal();
    }
    if (options.access == Access::create)
        migrate(database);
    require_schema(database);
    if (options.access != Access::read)
        bind_lock(database, options.lock_file);
    return std::make_unique<SqliteStore>(std::move(database));
}

std::string instance_of(Store& store)
{
    auto* sqlite_store = dynamic_cast<SqliteStore*>(&store);
    if (sqlite_store == nullptr)
        throw Error(ExitStatus::internal, "only a database of SQLite has an instance");
    return read_instance(sqlite_store->database());
}

bool SqliteStore::changed()
{
    Query query = database_.query("PRAGMA data_version");
    query.step();
    const auto version = query.integer(0);
    return std::exchange(data_version_, version) != version;
}

std::string SqliteStore::maintain() noexcept
{
    if (database_.private_copy() || !database_.writable() || database_.wal_pages() < few_pages)
        return {};
    sqlite3* connection = database_.handle();
    int frames = 0;
    int done = 0;
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
