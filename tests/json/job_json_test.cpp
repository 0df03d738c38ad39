#include <doctest/doctest.h>

#include "json/job_json.hpp"

#include <nlohmann/json.hpp>

using namespace escher;
using nlohmann::json;
using namespace std::chrono_literals;

namespace {

Job hostile_job()
{
    Job job;
    job.id = JobId{17};
    job.token = "00ff";
    job.name = std::string("bad \xff\xfe, nul \0, quote \", back\\slash, \x1b[0m", 40);
    job.work = TaskCall{"t\n", {{"k\"", "v\x80"}}};
    job.state = JobState::running;
    job.progress = Progress{std::numeric_limits<double>::quiet_NaN(), "\xc3", Time(1s)};
    return job;
}

} // namespace

TEST_CASE("whatever a row holds, its JSON can be parsed and has the promised members")
{
    const Job job = hostile_job();
    std::vector<Run> runs(6);
    runs[0].outcome = Exited{3};
    runs[1].outcome = Signaled{9, true, true};
    runs[2].outcome = TimedOut{};
    runs[3].outcome = NotStarted{2, "No such file\x80"};
    runs[4].outcome = Lost{"gone"};
    for (Run& run : runs)
        if (run.outcome)
            run.ended_at = Time(5s);
    JsonWriter writer;
    writer.begin_object();
    write_job_members(writer, job, {"because \xf0", std::nullopt, runs}, Time(9s));
    writer.end_object();
    const json parsed = json::parse(writer.text());
    for (const char* member :
         {"id", "token", "name", "queue", "state", "reason", "progress", "progress_text", "runs"})
        CHECK(parsed.contains(member));
    CHECK(parsed["id"] == 17);
    CHECK(parsed["queue"].is_null());
    CHECK(parsed["progress"].is_null());
    CHECK(parsed["state"] == "running");
    CHECK(parsed["command"].is_null());
    CHECK(parsed["argv"].is_null());
    REQUIRE(parsed["runs"].size() == 6);
    CHECK(parsed["runs"][0]["exit_code"] == 3);
    CHECK(parsed["runs"][1]["signal"] == 9);
    CHECK(parsed["runs"][1]["out_of_memory"] == true);
    CHECK(parsed["runs"][3]["error"] == 2);
    CHECK(parsed["runs"][4]["message"] == "gone");
    CHECK(parsed["runs"][5]["outcome"].is_null());
    // Every run has the same members, whatever became of it.
    for (const json& run : parsed["runs"])
        for (const auto& [key, value] : parsed["runs"][0].items())
            CHECK(run.contains(key));
}

TEST_CASE("the value of a note is JSON in JSON")
{
    const std::vector<Note> notes = {{"a", "{\"rows\": [1, 2]}", Time(0s)}, {"b", "\"text\"", Time(0s)}};
    JsonWriter writer;
    write_notes(writer, notes);
    const json parsed = json::parse(writer.text());
    REQUIRE(parsed.size() == 2);
    CHECK(parsed[0]["value"]["rows"] == json::array({1, 2}));
    CHECK(parsed[1]["value"] == "text");
}
