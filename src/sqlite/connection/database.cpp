#include "sqlite/connection/database.hpp"

#include "core/errno_text.hpp"
#include "core/table_prefix.hpp"
#include "sqlite/connection/failure.hpp"
#include "sqlite/connection/firm_unlock.hpp"
#include "sqlite/connection/own_files.hpp"
#include "sqlite/connection/transaction.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>

namespace escher::sqlite {

namespace {

/// Of one row and each of its values. A row longer than any job may be becomes invalid; to say so, it has to be read.
constexpr int longest_row = 256 * 1024 * 1024;

/// Where SQLite begins to spare its own memory.
constexpr sqlite3_int64 most_memory = 1024LL * 1024 * 1024;

void check_prefix(const std::string& prefix)
{
    if (!is_table_prefix(prefix))
        throw Error(ErrorKind::config, "database.table_prefix '" + prefix +
                                           "' cannot be part of a table's name: use " +
                                           std::string(table_prefix_rule));
}

/// SQLite gives -wal and -shm the mode of the database file, so that one has to be right whatever the umask.
void make_file(const std::filesystem::path& file)
{
    const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0660);
    if (fd < 0) {
        if (errno == EEXIST)
            return;
        const int error = errno;
        throw Error(error == EACCES || error == EPERM ? ErrorKind::permission : ErrorKind::cannot_create,
                    "cannot create the database '" + file.string() + "': " + errno_text(error) + remedy(error));
    }
    const int result = ::fchmod(fd, 0660);
    const int error = errno;
    ::close(fd);
    if (result != 0)
        throw Error(ErrorKind::cannot_create, "cannot set the mode of the database '" + file.string() +
                                                  "': " + errno_text(error) + remedy(error));
}

[[noreturn]] void cannot_examine(const std::filesystem::path& file, int error)
{
    const bool denied = error == EACCES || error == EPERM;
    throw Error(denied                               ? ErrorKind::permission
                : error == ENOTDIR || error == ELOOP ? ErrorKind::unavailable
                                                     : ErrorKind::io,
                "cannot examine the database '" + file.string() + "': " + errno_text(error) +
                    (denied ? "; `escher-cron check` tells why" : remedy(error)));
}

struct stat status_of(const std::filesystem::path& file)
{
    struct stat status {};
    if (::lstat(file.c_str(), &status) == 0) {
        const std::string oddity = oddity_of(status);
        if (oddity.empty())
            return status;
        throw Error(ErrorKind::unavailable, "cannot open the database '" + file.string() + "': it " + oddity);
    }
    if (errno == ENOENT)
        throw Error(ErrorKind::unavailable, "cannot open the database '" + file.string() +
                                                "': there is none yet; `escher-cron init` makes it");
    cannot_examine(file, errno);
}

int count_wal_pages(void* count, sqlite3*, const char*, int pages)
{
    *static_cast<int*>(count) = pages;
    return SQLITE_OK;
}

} // namespace

void CloseConnection::operator()(sqlite3* connection) const noexcept
{
    sqlite3_close_v2(connection);
}

Database::Database(const OpenOptions& options)
    : options_(options), write_queue_(std::make_unique<WriteQueue>(options.file.string() + "-wal"))
{
    check_prefix(options_.table_prefix);
    if (options_.access == Access::create)
        make_file(options_.file);
    const auto status = status_of(options_.file);
    device_ = status.st_dev;
    inode_ = status.st_ino;
    connect();
    operation_ = "read the database";
}

void Database::connect()
{
    statements_.clear();
    judged_schema_.reset();
    connection_.reset();
    repeat_refused_unlocks();
    const int mode = options_.access == Access::read ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
    sqlite3* raw = nullptr;
    const int code = sqlite3_open_v2(options_.file.c_str(), &raw,
                                     mode | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_EXRESCODE,
                                     own_files_vfs());
    connection_.reset(raw);
    if (code != SQLITE_OK)
        fail(code);
    // SQLite opens read-only, without a word, what it may not write.
    if (options_.access != Access::read && sqlite3_db_readonly(raw, "main") != 0)
        throw_failure(nullptr, SQLITE_READONLY, "write the database", options_.file);
    // By the descriptor: what the path names now is no longer asked.
    if (const auto opened = opened_database(); opened && *opened != FileIdentity{device_, inode_})
        was_replaced();
    harden();
    check_identity();
    cannot_lock_ = false;
    ++connections_;
}

void Database::recover_locks()
{
    if (!cannot_lock_ || private_copy_)
        return;
    // No connection at all: the last try to make one has failed.
    if (!connection_ || sqlite3_get_autocommit(handle()) != 0)
        connect();
}

Database::Database(Connection copy, const OpenOptions& options)
    : options_(options), private_copy_(true), connection_(std::move(copy))
{
    check_prefix(options_.table_prefix);
    harden();
    operation_ = "read the copy of the database";
}

void Database::harden()
{
    sqlite3* connection = connection_.get();
    sqlite3_extended_result_codes(connection, 1);
    busy_wait_ = std::make_unique<BusyWait>(options_.busy_timeout);
    busy_wait_->attach(connection);
    sqlite3_db_config(connection, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(connection, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    sqlite3_db_config(connection, SQLITE_DBCONFIG_ENABLE_VIEW, 0, nullptr);
    sqlite3_db_config(connection, SQLITE_DBCONFIG_ENABLE_TRIGGER, 1, nullptr);
    sqlite3_db_config(connection, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, nullptr);
    sqlite3_db_config(connection, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
    sqlite3_db_config(connection, SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);
    // Two connections that checkpoint at once can corrupt the file before SQLite 3.51.3: only maintain() does.
    sqlite3_db_config(connection, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    sqlite3_wal_autocheckpoint(connection, 0);
    sqlite3_wal_hook(connection, count_wal_pages, wal_pages_.get());
    limit();
    execute("PRAGMA mmap_size = 0; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY; "
            "PRAGMA recursive_triggers = OFF; PRAGMA cell_size_check = ON");
}

/// None of it is met by a statement of ours. An application's own file is its own also in what its schema says at length.
void Database::limit()
{
    sqlite3* connection = handle();
    watch_ = std::make_unique<StatementWatch>(options_.statement_limit, options_.stop_wanted);
    watch_->attach(connection);
    sqlite3_soft_heap_limit64(most_memory);
    sqlite3_limit(connection, SQLITE_LIMIT_LENGTH, longest_row);
    sqlite3_limit(connection, SQLITE_LIMIT_ATTACHED, 0);
    sqlite3_limit(connection, SQLITE_LIMIT_VARIABLE_NUMBER, 100);
    sqlite3_limit(connection, SQLITE_LIMIT_TRIGGER_DEPTH, 10);
    sqlite3_limit(connection, SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1000);
    sqlite3_limit(connection, SQLITE_LIMIT_VDBE_OP, 100'000);
    if (!options_.table_prefix.empty())
        return;
    sqlite3_limit(connection, SQLITE_LIMIT_SQL_LENGTH, 100'000);
    sqlite3_limit(connection, SQLITE_LIMIT_EXPR_DEPTH, 100);
}

void Database::begin_statement() noexcept
{
    forget_system_errors(handle());
    if (watch_)
        watch_->begin();
}

void Database::choose_journal()
{
    // In the application's own file the application decides.
    if (!options_.table_prefix.empty())
        return;
    const Describe description(*this, "set the journal mode of the database");
    const std::string wanted = options_.rollback_journal ? "delete" : "wal";
    {
        Query now = query("PRAGMA journal_mode");
        if (now.step() && now.bytes(0) == wanted)
            return;
    }
    // Somebody else's use of the file may forbid the change; only a new file must not go without it.
    forget_system_errors(handle());
    Statement change(*this, options_.rollback_journal ? "PRAGMA journal_mode = DELETE" : "PRAGMA journal_mode = WAL");
    const int code = sqlite3_step(change.handle());
    if (code != SQLITE_ROW && (options_.access == Access::create || (code & 0xff) != SQLITE_BUSY))
        fail(code);
}

void Database::heed_schema(void (*judge)(Database&))
{
    judge_ = judge;
    judged_schema_.reset();
    const Snapshot snapshot(*this, "read the schema of the database");
}

void Database::judge_schema()
{
    if (judge_ == nullptr)
        return;
    Query now = query("PRAGMA schema_version");
    now.step();
    const auto count = now.integer(0);
    if (count == judged_schema_)
        return;
    judge_(*this);
    judged_schema_ = count;
}

Query Database::query(const char* sql)
{
    begin_statement();
    auto found = statements_.find(sql);
    if (found == statements_.end())
        found = statements_.emplace(sql, Statement(*this, sql)).first;
    return Query(*this, found->second.handle());
}

void Database::execute(std::string_view sql)
{
    begin_statement();
    const int code = sqlite3_exec(handle(), expand(sql).c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK)
        fail(code);
}

std::string Database::expand(std::string_view sql) const
{
    std::string result;
    result.reserve(sql.size() + 16);
    for (const char c : sql) {
        if (c == '{')
            result += options_.table_prefix;
        else if (c != '}')
            result += c;
    }
    return result;
}

void Database::check_identity() const
{
    if (private_copy_)
        return;
    struct stat status {};
    const bool there = ::lstat(options_.file.c_str(), &status) == 0;
    if (!there && errno != ENOENT && errno != ENOTDIR)
        cannot_examine(options_.file, errno);
    if (!there || status.st_dev != device_ || status.st_ino != inode_ || has_moved())
        was_replaced();
}

void Database::was_replaced() const
{
    throw Error(ErrorKind::unavailable, "the database '" + name() +
                                            "' was removed or replaced by another file "
                                            "while it was open; nothing more is written to the old one");
}

/// Of the file that SQLite has open. It takes a failed stat(2) for a move, so it is asked twice.
bool Database::has_moved() const
{
    int moved = 1;
    for (int asked = 0; asked < 2 && moved != 0; ++asked)
        if (sqlite3_file_control(handle(), "main", SQLITE_FCNTL_HAS_MOVED, &moved) != SQLITE_OK)
            moved = 0; // a file system that cannot tell
    return moved != 0;
}

const char* Database::describe(const char* operation) noexcept
{
    return std::exchange(operation_, operation);
}

void Database::fail(int code) const
{
    cannot_lock_ = cannot_lock_ || (code & 0xff) == SQLITE_PROTOCOL;
    if ((code & 0xff) == SQLITE_INTERRUPT && watch_ && !watch_->why().empty())
        throw Error(ErrorKind::busy, "cannot " + std::string(operation_) + " '" + name() + "': " + watch_->why());
    throw_failure(connection_.get(), code, operation_, options_.file);
}

} // namespace escher::sqlite
