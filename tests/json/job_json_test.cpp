#include <doctest/doctest.h>

#include "json/job_json.hpp"
#include "json/members.hpp"

using namespace escher;
using namespace std::chrono_literals;
using json = nlohmann::ordered_json;
using test::Members;
using test::members;

namespace {

const Members job_members = {"id",
                             "token",
                             "name",
                             "queue",
                             "priority",
                             "state",
                             "reason",
                             "command",
                             "task",
                             "params",
                             "argv",
                             "progress",
                             "progress_text",
                             "progress_at",
                             "expected_end",
                             "created_by",
                             "created_at",
                             "run_at",
                             "started_at",
                             "finished_at",
                             "cancel_requested_at",
                             "timeout_ms",
                             "retries",
                             "attempts",
                             "unique_key",
                             "concurrency_key",
                             "schedule",
                             "nominal_at",
                             "waits_for",
                             "runs"};

const Members run_members = {"id",
                             "attempt",
                             "claimed_at",
                             "started_at",
                             "ended_at",
                             "duration_ms",
                             "outcome",
                             "description",
                             "exit_code",
                             "signal",
                             "core_dumped",
                             "out_of_memory",
                             "error",
                             "message",
                             "cpu_user_ms",
                             "cpu_system_ms",
                             "peak_memory_bytes",
                             "output_bytes",
                             "output_dropped_bytes",
                             "output_file",
                             "pid",
                             "tick_pid"};

JobFacts hostile_job()
{
    JobFacts facts;
    Job& job = facts.job;
    job.id = JobId{17};
    job.token = "00ff";
    job.name = std::string("bad \xff\xfe, nul \0, quote \", back\\slash, \x1b[0m", 40);
    job.work = TaskCall{"t\n", {{"k\"", "v\x80"}}};
    job.state = JobState::running;
    job.progress = Progress{std::numeric_limits<double>::quiet_NaN(), "\xc3", Time(1s)};
    job.waits_for = {{JobId{3}, true}};
    facts.reason = "because \xf0";
    facts.runs.resize(6);
    facts.runs[0].outcome = Exited{3};
    facts.runs[1].outcome = Signaled{9, true, true};
    facts.runs[2].outcome = TimedOut{};
    facts.runs[3].outcome = NotStarted{2, "No such file\x80"};
    facts.runs[4].outcome = Lost{"gone"};
    for (Run& run : facts.runs)
        if (run.outcome)
            run.ended_at = Time(5s);
    return facts;
}

json written(const JobFacts& facts)
{
    JsonWriter writer;
    write_job(writer, facts, Time(9s));
    return json::parse(writer.text());
}

} // namespace

TEST_CASE("whatever a row holds, its JSON can be parsed and has the promised members")
{
    const json job = written(hostile_job());
    CHECK(members(job) == job_members);
    CHECK(job["id"] == 17);
    CHECK(job["queue"].is_null());
    CHECK(job["priority"].is_null());
    CHECK(job["progress"].is_null());
    CHECK(job["state"] == "running");
    CHECK(job["command"].is_null());
    CHECK(job["argv"].is_null());
    CHECK(job["task"] == "t\n");
    CHECK(job["timeout_ms"].is_null());
    CHECK(job["waits_for"] == json::parse(R"([{"job":3,"any_end":true}])"));
}

TEST_CASE("every run has the same members, whatever became of it")
{
    const json runs = written(hostile_job())["runs"];
    REQUIRE(runs.size() == 6);
    for (const json& run : runs)
        CHECK(members(run) == run_members);
    CHECK(runs[0]["exit_code"] == 3);
    CHECK(runs[1]["signal"] == 9);
    CHECK(runs[1]["out_of_memory"] == true);
    CHECK(runs[3]["error"] == 2);
    CHECK(runs[4]["message"] == "gone");
    CHECK(runs[4]["output_bytes"] == 0);
    CHECK(runs[5]["outcome"].is_null());
    CHECK(runs[5]["output_bytes"].is_null());
}

TEST_CASE("a job that is shown has its messages and notes, and the value of a note is JSON in JSON")
{
    JobSheet sheet{.facts = hostile_job(),
                   .messages = {{RunId{4}, Time(0s), MessageLevel::warning, "careful"}, {}},
                   .notes = {{"a", "{\"rows\": [1, 2]}", Time(0s)}, {"b", "\"text\"", Time(0s)}},
                   .policy = {}};
    Members expected = {"schema"};
    expected.insert(expected.end(), job_members.begin(), job_members.end());
    expected.insert(expected.end(), {"messages", "notes"});
    const json shown = json::parse(job_json(sheet, Time(9s)));
    CHECK(shown["schema"] == 1);
    CHECK(members(shown) == expected);
    CHECK(shown["messages"][0] ==
          json::parse(R"({"run":4,"at":"1970-01-01T00:00:00Z","level":"warning","text":"careful"})"));
    CHECK(shown["messages"][1]["run"].is_null());
    CHECK(members(shown["notes"][0]) == Members{"key", "value", "at"});
    CHECK(shown["notes"][0]["value"]["rows"] == json::array({1, 2}));
    CHECK(shown["notes"][1]["value"] == "text");

    const json several = json::parse(jobs_json(std::vector{sheet, sheet}, Time(9s)));
    CHECK(members(several) == Members{"schema", "jobs"});
    REQUIRE(several["jobs"].size() == 2);
    CHECK(several["jobs"][1]["notes"] == shown["notes"]);
}

TEST_CASE("a list of one schedule's jobs tells how the schedule stands, before its jobs")
{
    const std::vector jobs = {hostile_job()};
    CHECK(members(json::parse(jobs_json(jobs, Time(9s)))) == Members{"schema", "jobs"});
    ScheduleStanding schedule;
    schedule.name = "nightly";
    const json list = json::parse(jobs_json(jobs, Time(9s), schedule));
    CHECK(members(list) == Members{"schema", "schedule", "jobs"});
    CHECK(list["schedule"]["name"] == "nightly");
    CHECK(members(list["jobs"][0]) == job_members);
}
