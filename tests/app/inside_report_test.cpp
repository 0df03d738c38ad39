#include <doctest/doctest.h>

#include "app/inside_report.hpp"

#include <string>

using namespace escher;

TEST_CASE("progress is a percentage or a fraction")
{
    struct Row {
        const char* text;
        std::optional<double> percent;
    };
    for (const Row& row :
         {Row{"0", 0.0},    Row{"40", 40.0},   Row{"40%", 40.0}, Row{"12.5", 12.5},  Row{"100", 100.0},
          Row{"3/8", 37.5}, Row{"8/8", 100.0}, Row{"0/8", 0.0},  Row{"1.5/3", 50.0}, Row{"", {}},
          Row{"%", {}},     Row{"101", {}},    Row{"-1", {}},    Row{"9/8", {}},     Row{"1/0", {}},
          Row{"/8", {}},    Row{"3/", {}},     Row{"1/2/3", {}}, Row{"nan", {}},     Row{"inf", {}},
          Row{"1e2", {}},   Row{"40 ", {}},    Row{" 40", {}},   Row{"forty", {}},   Row{"0x10", {}}}) {
        CAPTURE(row.text);
        CHECK(parse_progress(row.text) == row.percent);
    }
}

TEST_CASE("only progress that shows is written")
{
    const Progress last{.percent = 40, .text = "photo 3", .at = {}};
    CHECK(tells_more(std::nullopt, last));
    CHECK_FALSE(tells_more(last, last));
    CHECK_FALSE(tells_more(last, {.percent = 40.05, .text = "photo 3", .at = {}}));
    CHECK(tells_more(last, {.percent = 40.1001, .text = "photo 3", .at = {}}));
    CHECK(tells_more(last, {.percent = 39, .text = "photo 3", .at = {}}));
    CHECK(tells_more(last, {.percent = 40, .text = "photo 4", .at = {}}));
    CHECK(tells_more(Progress{.percent = 99.99, .text = "", .at = {}}, {.percent = 100, .text = "", .at = {}}));
}
