#include <doctest/doctest.h>

#include "app/example_plan.hpp"
#include "cli/plan_view.hpp"

using namespace escher;
using namespace escher::cli;

TEST_CASE("a plan is a line and a reason per job")
{
    CHECK(plan_text(test::example_plan(), {.terminal = false, .color = false, .width = 80}) ==
          "3\tjob3\tmail\twould start\t\n"
          "1\tjob1\tmail\twould be refused\tthere is no task 'x'\n"
          "2\tjob2\tmail\truns\t\n"
          "4\tjob4\tmail\twaits\tqueue mail is at its limit (1/1)\n"
          "new\tjob5\tmail\twould start\tmade by schedule nightly for 2023-11-14T22:13:20Z\n"
          "-\thourly\t-\twould be skipped\t2023-11-14T22:13:20Z job 2 is unfinished\n");
    CHECK(plan_text({}, {}).empty());
}
