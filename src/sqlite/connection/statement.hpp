#pragma once

#include <escher/time.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

struct sqlite3_stmt;

namespace escher::sqlite {

class Database;

/// Owns one prepared statement.
class Statement {
public:
    Statement(Database& database, std::string_view sql);
    Statement(Statement&& other) noexcept;
    Statement& operator=(Statement&&) = delete;
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;
    ~Statement();

    [[nodiscard]] sqlite3_stmt* handle() const noexcept { return handle_; }

private:
    sqlite3_stmt* handle_ = nullptr;
};

enum class ValueType { integer, real, text, blob, null };

/// One use of a statement: binds, steps, reads; resets the statement when it goes out of scope. Columns count from 0.
/// Texts and blobs are views that hold until the next step.
class Query {
public:
    Query(Database& database, sqlite3_stmt* statement) noexcept : database_(&database), statement_(statement) {}
    Query(Query&& other) noexcept;
    Query& operator=(Query&&) = delete;
    Query(const Query&) = delete;
    Query& operator=(const Query&) = delete;
    ~Query();

    /// Binds the next parameters, in order.
    template<class... Values>
    Query& bind(const Values&... values)
    {
        (bind_one(values), ...);
        return *this;
    }

    /// Binds bytes as a blob; they must outlive the query.
    Query& bind_blob(std::string_view bytes);

    /// True if there is a row. Throws Error.
    bool step();

    /// Steps to the end and returns how many rows were changed, those of triggers not counted.
    int run();

    [[nodiscard]] ValueType type(int column) const;
    [[nodiscard]] bool is_null(int column) const { return type(column) == ValueType::null; }
    [[nodiscard]] std::int64_t integer(int column) const; ///< as SQLite converts it
    [[nodiscard]] double real(int column) const;
    [[nodiscard]] std::string_view bytes(int column) const; ///< NUL bytes included
    [[nodiscard]] std::string text(int column) const { return std::string(bytes(column)); }
    [[nodiscard]] Time time(int column) const { return Time(Duration(integer(column))); }
    [[nodiscard]] std::optional<std::int64_t> maybe_integer(int column) const; ///< likewise

private:
    void bind_null();
    void bind_integer(std::int64_t value);
    void bind_real(double value);
    void bind_text(std::string_view value);

    template<class Value>
    void bind_one(const Value& value)
    {
        if constexpr (std::is_same_v<Value, std::nullopt_t> || std::is_same_v<Value, std::nullptr_t>)
            bind_null();
        else if constexpr (std::is_same_v<Value, Time>)
            bind_integer(value.time_since_epoch().count());
        else if constexpr (std::is_same_v<Value, Duration>)
            bind_integer(value.count());
        else if constexpr (std::is_enum_v<Value>)
            bind_integer(static_cast<std::int64_t>(value));
        else if constexpr (std::is_integral_v<Value>)
            bind_integer(static_cast<std::int64_t>(value));
        else if constexpr (std::is_floating_point_v<Value>)
            bind_real(value);
        else
            bind_text(value);
    }

    template<class Value>
    void bind_one(const std::optional<Value>& value)
    {
        if (value)
            bind_one(*value);
        else
            bind_null();
    }

    void check(int code) const;

    Database* database_;
    sqlite3_stmt* statement_;
    int bound_ = 0;
};

} // namespace escher::sqlite
