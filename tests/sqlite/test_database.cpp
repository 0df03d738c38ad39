#include "test_database.hpp"

#include <sqlite3.h>
#include <stdlib.h>

#include <stdexcept>

namespace escher::sqlite {

namespace {

int add_row(void* rows, int, char** values, char**)
{
    static_cast<std::vector<std::string>*>(rows)->emplace_back(values[0] == nullptr ? "NULL" : values[0]);
    return 0;
}

} // namespace

TestDatabase::TestDatabase()
{
    auto pattern = (std::filesystem::temp_directory_path() / "escher-test-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr)
        throw std::runtime_error("cannot make a directory for the test");
    directory_ = pattern;
    file_ = directory_ / "jobs.db";
}

TestDatabase::~TestDatabase()
{
    std::error_code error;
    std::filesystem::permissions(directory_, std::filesystem::perms::owner_all, error);
    std::filesystem::remove_all(directory_, error);
}

OpenOptions TestDatabase::options(Access access) const
{
    OpenOptions options;
    options.file = file_;
    options.access = access;
    options.busy_timeout = Duration(0);
    options.table_prefix = prefix;
    return options;
}

OpenOptions TestDatabase::with_rollback_journal() const
{
    auto made = options(Access::create);
    made.rollback_journal = true;
    (void)open_store(made);
    made.access = Access::write;
    return made;
}

std::unique_ptr<Store> TestDatabase::open(Access access) const
{
    return open_store(options(access));
}

std::string TestDatabase::sql(const std::string& text) const
{
    sqlite3* client = nullptr;
    sqlite3_open(file_.c_str(), &client);
    sqlite3_busy_timeout(client, 10'000);
    sqlite3_db_config(client, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    char* message = nullptr;
    const int code = sqlite3_exec(client, text.c_str(), nullptr, nullptr, &message);
    std::string result = code == SQLITE_OK ? "" : message == nullptr ? "failed" : message;
    sqlite3_free(message);
    sqlite3_close(client);
    return result;
}

std::vector<std::string> TestDatabase::column(const std::string& query) const
{
    sqlite3* client = nullptr;
    sqlite3_open(file_.c_str(), &client);
    sqlite3_busy_timeout(client, 10'000);
    sqlite3_db_config(client, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    std::vector<std::string> rows;
    char* message = nullptr;
    sqlite3_exec(client, query.c_str(), add_row, &rows, &message);
    const std::string error = message == nullptr ? "" : message;
    sqlite3_free(message);
    sqlite3_close(client);
    if (!error.empty())
        throw std::runtime_error(query + ": " + error);
    return rows;
}

std::string TestDatabase::value(const std::string& query) const
{
    return column(query).at(0);
}

} // namespace escher::sqlite
