#include "contract.hpp"
#include "test_database.hpp"

namespace escher::contract {

StoreUnderTest new_store()
{
    auto place = std::make_shared<sqlite::TestDatabase>();
    auto store = place->open();
    return {std::move(place), std::move(store)};
}

} // namespace escher::contract
