#include "sqlite/open_store.hpp"

#include "core/errno_text.hpp"
#include "sqlite/connection/file_access.hpp"
#include "sqlite/connection/memory_copy.hpp"
#include "sqlite/schema.hpp"
#include "sqlite/sqlite_store.hpp"

#include <escher/error.hpp>

#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>

namespace escher::sqlite {

namespace {

bool may_read(const std::filesystem::path& path)
{
    const auto answer = may_access(path, R_OK);
    if (!answer)
        throw Error(ErrorKind::io, "cannot examine '" + path.string() + "': " + errno_text(errno) + remedy(errno));
    return *answer;
}

/// True for a database that SQLite cannot open for this user, but that he can read.
bool needs_copy(const std::filesystem::path& file)
{
    // One that may write the directory needs no copy, and for one of whom that is not known a copy does no harm.
    return may_read(file) && !may_access(directory_of(file), W_OK).value_or(false) &&
           (!may_read(file.string() + "-shm") || !may_read(file.string() + "-wal"));
}

} // namespace

std::unique_ptr<Store> copy_store(const OpenOptions& options)
{
    Database database(copy_to_memory(options.file), options);
    database.heed_schema(require_schema);
    return std::make_unique<SqliteStore>(std::move(database));
}

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
    database.heed_schema(require_schema);
    return std::make_unique<SqliteStore>(std::move(database));
}

} // namespace escher::sqlite
