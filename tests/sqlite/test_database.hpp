#pragma once

#include "sqlite/open_store.hpp"

#include <filesystem>
#include <string>
#include <vector>

struct sqlite3;

namespace escher::sqlite {

/// A directory of its own with a database in it, removed at the end.
class TestDatabase {
public:
    TestDatabase();
    TestDatabase(const TestDatabase&) = delete;
    TestDatabase& operator=(const TestDatabase&) = delete;
    ~TestDatabase();

    [[nodiscard]] OpenOptions options(Access access) const;
    /// Makes the database with a rollback journal; the options to write it.
    [[nodiscard]] OpenOptions with_rollback_journal() const;
    [[nodiscard]] std::unique_ptr<Store> open(Access access = Access::create) const;
    [[nodiscard]] const std::filesystem::path& file() const { return file_; }
    [[nodiscard]] const std::filesystem::path& directory() const { return directory_; }

    /// Executes as a client would, on a connection of its own. Returns SQLite's message, empty if all went well.
    std::string sql(const std::string& text) const;

    /// The first column of the rows of a query.
    [[nodiscard]] std::vector<std::string> column(const std::string& query) const;
    [[nodiscard]] std::string value(const std::string& query) const;

    std::string prefix;

private:
    std::filesystem::path directory_;
    std::filesystem::path file_;
};

} // namespace escher::sqlite
