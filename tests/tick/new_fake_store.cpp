#include "sqlite/contract.hpp"
#include "tick/fake_store.hpp"

namespace escher::contract {

StoreUnderTest new_store()
{
    return {nullptr, std::make_unique<test::FakeStore>()};
}

} // namespace escher::contract
