#include "sqlite/inspect.hpp"

#include "sqlite/connection/transaction.hpp"
#include "sqlite/schema.hpp"

#include <escher/error.hpp>

#include <sqlite3.h>

namespace escher::sqlite {

namespace {

/// The first version whose connections may checkpoint at the same moment.
constexpr int wal_reset_fixed = 3'051'003;

void check_integrity(Database& database, std::vector<std::string>& problems)
{
    Query query = database.query("PRAGMA integrity_check(20)");
    while (query.step())
        if (query.bytes(0) != "ok")
            problems.push_back("the database '" + database.name() + "' is damaged: " + query.text(0) +
                               "; restore a backup, or save what can be read with `sqlite3 " + database.name() +
                               " .recover | sqlite3 recovered.db`");
}

} // namespace

Inspection inspect(const OpenOptions& options, bool full)
{
    Inspection inspection;
    inspection.library_version = sqlite3_libversion();
    inspection.wal_reset_bug = sqlite3_libversion_number() < wal_reset_fixed;
    auto reading = options;
    reading.access = Access::read;
    reading.statement_limit = std::chrono::hours(24); // to look at all of a large file takes long
    Database database(reading);
    try {
        inspection.schema_version = schema_version(database);
        if (inspection.schema_version == 0)
            inspection.problems.push_back("the database '" + database.name() +
                                          "' does not hold our tables yet; `escher-cron init` makes them");
        else if (inspection.schema_version != newest_version())
            inspection.problems.push_back("the schema has version " + std::to_string(inspection.schema_version) +
                                          ", this program writes " + std::to_string(newest_version()));
        else
            for (auto& problem : schema_problems(database))
                inspection.problems.push_back(std::move(problem));
        if (inspection.schema_version != 0)
            inspection.instance = read_instance(database);
        // It computes what a schema that is not ours says, which may be anything.
        if (full && inspection.problems.empty())
            check_integrity(database, inspection.problems);
    } catch (const Error& error) {
        // What stops the inspection is its finding; but a disk or a lock that stops it says nothing of the database.
        if (error.kind() != ErrorKind::unavailable)
            throw;
        inspection.problems.emplace_back(error.what());
    }
    return inspection;
}

} // namespace escher::sqlite
