#include <doctest/doctest.h>

#include "app/example_plan.hpp"
#include "json/plan_json.hpp"

using namespace escher;

TEST_CASE("the JSON of a plan has null for the id of a job that is not there yet")
{
    const std::string json = plan_json(test::example_plan());
    CHECK(json.starts_with(R"({"schema":1,"at":"2023-11-14T22:13:20Z","jobs":[{"id":3,"name":"job3","queue":"mail",)"
                           R"("action":"start","reason":null,"schedule":null,"nominal_at":null},)"));
    CHECK(json.find(R"({"id":null,"name":"job5","queue":"mail","action":"start","reason":null,"schedule":"nightly",)"
                    R"("nominal_at":"2023-11-14T22:13:20Z"})") != std::string::npos);
    CHECK(json.find(R"("occurrences":[{"schedule":"hourly","nominal_at":"2023-11-14T22:13:20Z","result":"skipped",)"
                    R"("reason":"job 2 is unfinished"}],"warnings":[]})") != std::string::npos);
}
