#pragma once

#include "sqlite/connection/busy_wait.hpp"
#include "sqlite/connection/open_options.hpp"
#include "sqlite/connection/statement.hpp"
#include "sqlite/connection/statement_watch.hpp"
#include "sqlite/connection/write_queue.hpp"

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

struct sqlite3;

namespace escher::sqlite {

/// Closes a connection.
struct CloseConnection {
    void operator()(sqlite3* connection) const noexcept;
};
using Connection = std::unique_ptr<sqlite3, CloseConnection>;

/// A connection to one database file, opened defensively, with its statements. Knows nothing of jobs.
class Database {
public:
    /// Opens the file; makes it first if access is `create`. Throws Error.
    explicit Database(const OpenOptions& options);

    /// Takes over a connection to a private copy of the file.
    Database(Connection copy, const OpenOptions& options);

    Database(Database&&) noexcept = default;
    Database& operator=(Database&&) = delete;
    ~Database() = default;

    /// Switches the journal to what the options say, unless the file is an application's own. Only once it is known
    /// that the file is ours: the journal is a property of the file.
    void choose_journal();

    /// From now on `judge` is called whenever the schema is not the one that it has judged, at once and before anything else
    /// in each Transaction and Snapshot; what it throws ends that one.
    void heed_schema(void (*judge)(Database&));

    /// Calls the judge if need be. Inside a transaction only, whose view of the schema it fixes.
    void judge_schema();

    /// The statement `sql`, a literal, prepared at its first use. It must not be in use already.
    [[nodiscard]] Query query(const char* sql);

    /// A statement used once.
    void execute(std::string_view sql);

    /// `{name}` becomes the table's name.
    [[nodiscard]] std::string expand(std::string_view sql) const;

    /// Throws Error if the path names another file than the one that is open, or (with another status) if that cannot be
    /// told.
    void check_identity() const;

    /// Connects anew if this connection can lock no more: where an unlock has failed, SQLite goes on without knowing which
    /// locks it has, and answers "locking protocol" for ever. Between transactions only. Throws Error.
    void recover_locks();

    /// Counts the connections: what SQLite tells of one means nothing on the next.
    [[nodiscard]] int connections() const noexcept { return connections_; }

    /// What the connection is doing, for the texts of failures; returns what it did before.
    const char* describe(const char* operation) noexcept;

    [[noreturn]] void fail(int code) const;

    [[nodiscard]] sqlite3* handle() const noexcept { return connection_.get(); }
    [[nodiscard]] const OpenOptions& options() const noexcept { return options_; }
    [[nodiscard]] bool writable() const noexcept { return private_copy_ || options_.access != Access::read; }
    [[nodiscard]] bool private_copy() const noexcept { return private_copy_; }
    [[nodiscard]] std::string name() const { return options_.file.string(); }

    /// Pages in the write-ahead log after this connection's last commit, checkpointed ones included; 0 before it.
    [[nodiscard]] int wal_pages() const noexcept { return *wal_pages_; }

    /// Where our own writers queue; none for a private copy. The write-ahead log's file stands for it: it is there for
    /// as long as a connection is, has the right owner and mode, and SQLite locks everything but this. With a rollback
    /// journal there is no such file, and no queue.
    [[nodiscard]] WriteQueue* write_queue() const noexcept { return write_queue_.get(); }

    /// How long to wait for a lock from now on.
    void set_patience(Duration patience) { busy_wait_->set_patience(patience); }

private:
    void connect();
    void harden();
    void limit();
    void begin_statement() noexcept;
    [[nodiscard]] bool has_moved() const;
    [[noreturn]] void was_replaced() const;

    OpenOptions options_;
    bool private_copy_ = false;
    dev_t device_ = 0;
    ino_t inode_ = 0;
    const char* operation_ = "open the database";
    mutable bool cannot_lock_ = false;
    int connections_ = 0;
    void (*judge_)(Database&) = nullptr;
    std::optional<std::int64_t> judged_schema_; ///< SQLite's count of its changes
    std::unique_ptr<StatementWatch>
        watch_; // these three stay where they are when this is moved: SQLite points at them
    std::unique_ptr<BusyWait> busy_wait_;
    std::unique_ptr<int> wal_pages_ = std::make_unique<int>(0);
    std::unique_ptr<WriteQueue> write_queue_;
    Connection connection_;
    std::unordered_map<const char*, Statement> statements_; // by the literal's address; goes before the connection
};

/// Says what is being done to the database while it is in scope.
class Describe {
public:
    Describe(Database& database, const char* operation) noexcept
        : database_(database), before_(database.describe(operation))
    {
    }
    Describe(const Describe&) = delete;
    Describe& operator=(const Describe&) = delete;
    ~Describe() { database_.describe(before_); }

private:
    Database& database_;
    const char* before_;
};

} // namespace escher::sqlite
