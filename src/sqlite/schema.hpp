#pragma once

#include "sqlite/connection/database.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace escher::sqlite {

/// The text of each numbered migration, embedded at build time; element 0 leads to version 1.
[[nodiscard]] std::span<const std::string_view> migrations();

/// The version that this program writes.
[[nodiscard]] int newest_version();

/// What the database holds; 0: nothing of ours.
[[nodiscard]] int schema_version(Database& database);

/// Throws Error for a foreign or newer schema. Writes nothing, and must come before anything that does.
void refuse_foreign(Database& database);

/// Makes or migrates the schema, in one transaction, if need be. Throws Error for a foreign or newer one.
void migrate(Database& database);

/// Throws Error if the schema is missing, older, newer or not ours.
void require_schema(Database& database);

/// What is wrong with the tables, indices, triggers and views, in words that name the object and what mends it: ours that are
/// missing or differ from the migrations in more than blanks and comments, others' that would act on our tables.
[[nodiscard]] std::vector<std::string> schema_problems(Database& database);

/// The database's uuid.
[[nodiscard]] std::string read_instance(Database& database);

} // namespace escher::sqlite
