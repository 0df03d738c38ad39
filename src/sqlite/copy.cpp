#include "sqlite/store.hpp"

#include "sqlite/schema.hpp"
#include "sqlite/snapshot.hpp"

namespace escher::sqlite {

std::unique_ptr<Store> copy_store(const OpenOptions& options)
{
    Database database(copy_to_memory(options.file), options);
    require_schema(database);
    return std::make_unique<SqliteStore>(std::move(database));
}

} // namespace escher::sqlite
