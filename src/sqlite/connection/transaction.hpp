#pragma once

#include "sqlite/connection/database.hpp"
#include "sqlite/connection/write_queue.hpp"

namespace escher::sqlite {

enum class Durability {
    full, ///< on disk when commit() returns
    relaxed, ///< may be lost by a power failure, but only whole
};

/// A write transaction. Waits for its turn among our own writers and takes the write lock at once, so that it cannot
/// fail for lack of it later; checks that the path still names the open file. Rolls back unless committed.
class Transaction {
public:
    explicit Transaction(Database& database, const char* operation, Durability durability = Durability::full);
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    ~Transaction();

    /// Throws Error if it fails; it may nevertheless have become durable then, so read again before going on.
    void commit();

private:
    Database& database_;
    Describe description_;
    Durability durability_;
    WriteTurn turn_;
    bool open_ = false;
};

/// One consistent view over several statements; writes nothing.
class Snapshot {
public:
    explicit Snapshot(Database& database, const char* operation);
    Snapshot(const Snapshot&) = delete;
    Snapshot& operator=(const Snapshot&) = delete;
    ~Snapshot();

private:
    Database& database_;
    Describe description_;
    bool open_ = false;
};

} // namespace escher::sqlite
