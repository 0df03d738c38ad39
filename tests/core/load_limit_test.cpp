#include <doctest/doctest.h>

#include "core/load_limit.hpp"

#include <vector>

using namespace escher;

TEST_CASE("jobs start up to the limit of the load, and where there is none; a load that is not known is not low")
{
    struct Row {
        std::optional<double> load;
        std::optional<double> max_load;
        LoadStanding standing;
    };
    const std::vector<Row> rows = {
        {0.0, 4.0, LoadStanding::low},
        {4.0, 4.0, LoadStanding::low},
        {4.001, 4.0, LoadStanding::high},
        {std::nullopt, 4.0, LoadStanding::unknown},
        {0.0, std::nullopt, LoadStanding::low},
        {1e6, std::nullopt, LoadStanding::low},
        {std::nullopt, std::nullopt, LoadStanding::low},
    };
    for (const Row& row : rows) {
        CAPTURE(row.load.value_or(-1));
        CAPTURE(row.max_load.value_or(-1));
        CHECK(load_standing(row.load, row.max_load) == row.standing);
    }
}
