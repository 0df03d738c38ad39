#include "core/job_limits.hpp"
#include "core/table_prefix.hpp"
#include "sqlite/intake.hpp"
#include "sqlite/schema.hpp"

#include <escher/time.hpp>

#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

using namespace escher;

namespace {

/// With every run of white space as one space, so that what is searched for may stand on two lines.
std::string flowed(std::istream&& text)
{
    std::string all;
    for (std::string word; text >> word;)
        all += (all.empty() ? "" : " ") + word;
    return all;
}

bool says(const std::string& text, const std::string& what)
{
    INFO(what);
    const bool found = text.find(what) != std::string::npos;
    CHECK(found);
    return found;
}

} // namespace

TEST_CASE("the schema has the limits of jobs")
{
    const std::string schema = flowed(std::istringstream(std::string(sqlite::migrations()[0])));
    const std::string priority = std::to_string(JobLimits::priority);
    const std::string latest = std::to_string(JobLimits::latest_time);
    const std::string beyond = "priority NOT BETWEEN -" + priority + " AND " + priority +
                               " OR typeof(run_at) <> 'integer' OR run_at NOT BETWEEN 0 AND " + latest;
    says(schema, beyond);
    says(ESCHER_INTAKE, beyond);
    says(schema, "attempts BETWEEN 0 AND " + std::to_string(JobLimits::attempts + 1) + ")");
}

TEST_CASE("the manual says the limits of jobs")
{
    const std::string manual = flowed(std::ifstream(MANUAL, std::ios::binary));
    const auto mebibytes = [](std::size_t bytes) { return std::to_string(bytes / 1024 / 1024) + " MiB"; };
    says(manual, "have at most " + std::to_string(JobLimits::text) + " bytes, queues and tasks " +
                     std::to_string(JobLimits::word) + "; .Cm command and .Cm params " + mebibytes(JobLimits::work) +
                     ", .Cm stdin " + mebibytes(JobLimits::input));
    says(manual, ".Cm priority is from \\-" + std::to_string(JobLimits::priority) + " to " +
                     std::to_string(JobLimits::priority) + ", .Cm retries are at most " +
                     std::to_string(JobLimits::retries));
    says(manual, ".Cm timeout is at most " + std::to_string(JobLimits::timeout.count() / 24) + " days");
    says(manual, "attempts so far, at most " + std::to_string(JobLimits::attempts + 1));
}

TEST_CASE("a table prefix is part of a name that SQLite leaves to others")
{
    for (const char* good : {"", "escher_", "_", "Cron2_", "sqlite"})
        CHECK(is_table_prefix(good));
    CHECK(is_table_prefix(std::string(32, 'a')));
    CHECK_FALSE(is_table_prefix(std::string(33, 'a')));
    for (const char* bad : {"2cron_", "a-b", "a b", "\xc3\xa4", "sqlite_", "SQLite_jobs"})
        CHECK_FALSE(is_table_prefix(bad));
}
