#include "sqlite/schema.hpp"

#include "sqlite/connection/transaction.hpp"

#include <escher/error.hpp>

namespace escher::sqlite {

namespace {

/// Marks a file that holds nothing but our tables ("eCrn").
constexpr std::int64_t application_id = 0x6543726e;

bool shares_file(const Database& database)
{
    return !database.options().table_prefix.empty();
}

std::int64_t pragma(Database& database, const char* sql)
{
    Query query = database.query(sql);
    return query.step() ? query.integer(0) : 0;
}

bool has_table(Database& database, std::string_view name)
{
    Query query = database.query("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?");
    return query.bind(database.expand(name)).step();
}

[[noreturn]] void refuse(const Database& database, const std::string& why)
{
    throw Error(ErrorKind::unavailable, "cannot use the database '" + database.name() + "': " + why);
}

void refuse_newer(const Database& database, int version)
{
    if (version > newest_version())
        refuse(database, "its schema has version " + std::to_string(version) + ", this program knows up to " +
                             std::to_string(newest_version()) + ": a newer escher-cron made it, use that one");
}

void set_version(Database& database, int version)
{
    if (shares_file(database)) {
        database.query("INSERT OR REPLACE INTO {meta} (key, value) VALUES ('schema', ?)").bind(version).run();
        return;
    }
    database.execute("PRAGMA user_version = " + std::to_string(version));
    database.execute("PRAGMA application_id = " + std::to_string(application_id));
}

constexpr const char* make_instance = R"SQL(
    INSERT OR IGNORE INTO {meta} (key, value)
    SELECT 'instance', lower(substr(h, 1, 8) || '-' || substr(h, 9, 4) || '-4' || substr(h, 14, 3) || '-a' ||
        substr(h, 18, 3) || '-' || substr(h, 21, 12)) FROM (SELECT hex(randomblob(16)) AS h)
)SQL";

constexpr const char* make_generation =
    "INSERT OR IGNORE INTO {meta} (key, value) VALUES ('generation', lower(hex(randomblob(16))))";

} // namespace

int newest_version()
{
    return static_cast<int>(migrations().size());
}

int schema_version(Database& database)
{
    if (shares_file(database)) {
        if (!has_table(database, "{meta}"))
            return 0;
        Query query = database.query("SELECT value FROM {meta} WHERE key = 'schema'");
        return query.step() ? static_cast<int>(query.integer(0)) : 0;
    }
    const auto is_ours = [&] { return pragma(database, "PRAGMA application_id") == application_id; };
    const auto version = [&] { return static_cast<int>(pragma(database, "PRAGMA user_version")); };
    if (is_ours())
        return version();
    if (version() == 0 && pragma(database, "PRAGMA application_id") == 0 &&
        pragma(database, "SELECT count(*) FROM sqlite_master") == 0)
        return 0;
    // Another process may have made it between these looks: tables, id and version in one transaction.
    if (is_ours())
        return version();
    refuse(database, "it belongs to another program; to keep the tables in an application's own file, set "
                     "database.table_prefix");
}

void refuse_foreign(Database& database)
{
    const Describe description(database, "read the schema of the database");
    refuse_newer(database, schema_version(database));
}

void migrate(Database& database)
{
    const Describe description(database, "make the schema of the database");
    const int seen = schema_version(database);
    refuse_newer(database, seen);
    if (seen == newest_version())
        return;
    Transaction transaction(database, "make the schema of the database");
    // Another process may have done it meanwhile.
    const int version = schema_version(database);
    refuse_newer(database, version);
    for (int next = version; next < newest_version(); ++next)
        database.execute(migrations()[static_cast<std::size_t>(next)]);
    if (version < newest_version()) {
        set_version(database, newest_version());
        database.query(make_instance).run();
        database.query(make_generation).run();
    }
    transaction.commit();
}

void require_schema(Database& database)
{
    const Describe description(database, "read the schema of the database");
    const int version = schema_version(database);
    refuse_newer(database, version);
    if (version == 0)
        refuse(database, "it does not hold our tables yet; `escher-cron init` makes them");
    if (version < newest_version())
        refuse(database, "its schema has the older version " + std::to_string(version) +
                             "; `escher-cron init` brings it up to date");
    const auto problems = schema_problems(database);
    if (!problems.empty())
        refuse(database, problems.front());
}

std::string read_instance(Database& database)
{
    Query query = database.query("SELECT value FROM {meta} WHERE key = 'instance'");
    return query.step() ? query.text(0) : std::string();
}

} // namespace escher::sqlite
