#include "sqlite/connection/statement.hpp"

#include "sqlite/connection/database.hpp"

#include <sqlite3.h>

#include <utility>

namespace escher::sqlite {

Statement::Statement(Database& database, std::string_view sql)
{
    const auto expanded = database.expand(sql);
    const int code = sqlite3_prepare_v3(database.handle(), expanded.data(), static_cast<int>(expanded.size()),
                                        SQLITE_PREPARE_PERSISTENT, &handle_, nullptr);
    if (code != SQLITE_OK)
        database.fail(code);
}

Statement::Statement(Statement&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}

Statement::~Statement()
{
    sqlite3_finalize(handle_);
}

Query::Query(Query&& other) noexcept
    : database_(other.database_), statement_(std::exchange(other.statement_, nullptr)), bound_(other.bound_)
{
}

Query::~Query()
{
    if (statement_ == nullptr)
        return;
    // A reset repeats the error of the last step, which has been thrown already.
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
}

void Query::check(int code) const
{
    if (code != SQLITE_OK)
        database_->fail(code);
}

void Query::bind_null()
{
    check(sqlite3_bind_null(statement_, ++bound_));
}

void Query::bind_integer(std::int64_t value)
{
    check(sqlite3_bind_int64(statement_, ++bound_, value));
}

void Query::bind_real(double value)
{
    check(sqlite3_bind_double(statement_, ++bound_, value));
}

void Query::bind_text(std::string_view value)
{
    // An empty view may have a null pointer, which SQLite would take for NULL.
    const char* data = value.data() == nullptr ? "" : value.data();
    check(sqlite3_bind_text64(statement_, ++bound_, data, value.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
}

Query& Query::bind_blob(std::string_view bytes)
{
    const char* data = bytes.data() == nullptr ? "" : bytes.data();
    check(sqlite3_bind_blob64(statement_, ++bound_, data, bytes.size(), SQLITE_STATIC));
    return *this;
}

bool Query::step()
{
    const int code = sqlite3_step(statement_);
    if (code == SQLITE_ROW)
        return true;
    if (code != SQLITE_DONE)
        database_->fail(code);
    return false;
}

int Query::run()
{
    while (step()) {
    }
    return sqlite3_changes(database_->handle());
}

ValueType Query::type(int column) const
{
    switch (sqlite3_column_type(statement_, column)) {
    case SQLITE_INTEGER:
        return ValueType::integer;
    case SQLITE_FLOAT:
        return ValueType::real;
    case SQLITE_TEXT:
        return ValueType::text;
    case SQLITE_BLOB:
        return ValueType::blob;
    default:
        return ValueType::null;
    }
}

std::int64_t Query::integer(int column) const
{
    return sqlite3_column_int64(statement_, column);
}

double Query::real(int column) const
{
    return sqlite3_column_double(statement_, column);
}

std::string_view Query::bytes(int column) const
{
    const auto* data = static_cast<const char*>(sqlite3_column_blob(statement_, column));
    const int size = sqlite3_column_bytes(statement_, column);
    return data == nullptr ? std::string_view() : std::string_view(data, static_cast<std::size_t>(size));
}

std::optional<std::int64_t> Query::maybe_integer(int column) const
{
    if (type(column) != ValueType::integer)
        return std::nullopt;
    return integer(column);
}

} // namespace escher::sqlite
