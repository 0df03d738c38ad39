#include <doctest/doctest.h>

#include "json/pause_json.hpp"

using namespace escher;
using namespace std::chrono_literals;

TEST_CASE("a pause says the same where it is made and where it is shown, and every queue is null")
{
    const Pause every{.queue = "", .since = Time(0s), .until = {}, .by = "anna", .reason = ""};
    const std::string members =
        R"("queue":null,"since":"1970-01-01T00:00:00Z","until":null,"by":"anna","reason":null)";
    CHECK(pause_json(every) == R"({"schema":1,)" + members + ",\"paused\":true}\n");
    JsonWriter json;
    write_pause(json, every);
    CHECK(json.text() == '{' + members + '}');

    const Pause one{.queue = "mail", .since = Time(0s), .until = Time(1s), .by = "", .reason = "relay is down"};
    CHECK(pause_json(one) == R"({"schema":1,"queue":"mail","since":"1970-01-01T00:00:00Z",)"
                             R"("until":"1970-01-01T00:00:01Z","by":null,"reason":"relay is down","paused":true})"
                             "\n");
}

TEST_CASE("resuming tells of which queue, and whether it was paused")
{
    CHECK(resume_json("", true) == "{\"schema\":1,\"queue\":null,\"paused\":false,\"was_paused\":true}\n");
    CHECK(resume_json("mail", false) == "{\"schema\":1,\"queue\":\"mail\",\"paused\":false,\"was_paused\":false}\n");
}
