#include "sqlite/connection/transaction.hpp"

#include <escher/error.hpp>

#include <sqlite3.h>

namespace escher::sqlite {

namespace {

/// Ends whatever transaction is open, without a word: SQLite itself ends one after some failures.
void roll_back(Database& database) noexcept
{
    if (sqlite3_get_autocommit(database.handle()) == 0)
        sqlite3_exec(database.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void set_durability(Database& database, Durability durability) noexcept
{
    sqlite3_exec(database.handle(),
                 durability == Durability::full ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL",
                 nullptr, nullptr, nullptr);
}

} // namespace

Transaction::Transaction(Database& database, const char* operation, Durability durability)
    : database_(database), description_(database, operation), durability_(durability),
      turn_(database.writable() ? database.write_queue() : nullptr, database.options().busy_timeout)
{
    if (!database_.writable())
        throw Error(ErrorKind::internal, "cannot write the database '" + database_.name() + "': opened for reading");
    database_.recover_locks();
    database_.check_identity();
    if (durability_ == Durability::relaxed)
        set_durability(database_, durability_);
    try {
        database_.query("BEGIN IMMEDIATE").run();
        database_.judge_schema();
        open_ = true;
    } catch (...) {
        roll_back(database_);
        set_durability(database_, Durability::full);
        throw;
    }
}

Transaction::~Transaction()
{
    if (open_)
        roll_back(database_);
    if (durability_ == Durability::relaxed)
        set_durability(database_, Durability::full);
}

void Transaction::commit()
{
    // If this throws, open_ is still set and the destructor cleans the connection up.
    database_.query("COMMIT").run();
    open_ = false;
    turn_.end();
}

Snapshot::Snapshot(Database& database, const char* operation) : database_(database), description_(database, operation)
{
    if (sqlite3_get_autocommit(database_.handle()) == 0)
        return; // part of a transaction, which is a consistent view already
    database_.recover_locks();
    database_.query("BEGIN").run();
    try {
        database_.judge_schema();
    } catch (...) {
        roll_back(database_);
        throw;
    }
    open_ = true;
}

Snapshot::~Snapshot()
{
    if (open_)
        roll_back(database_);
}

} // namespace escher::sqlite
