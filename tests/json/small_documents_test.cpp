#include <doctest/doctest.h>

#include "json/accept_json.hpp"
#include "json/created_json.hpp"
#include "json/findings_json.hpp"
#include "json/init_json.hpp"
#include "json/output_json.hpp"
#include "json/prune_json.hpp"
#include "json/steered_json.hpp"

using namespace escher;
using namespace std::chrono_literals;

TEST_CASE("jobs that were created have an id, a token, and whether they stood already")
{
    const std::vector<Created> jobs = {{JobId{1}, "ab", false}, {JobId{2}, "cd", true}};
    CHECK(created_json(jobs) == R"({"schema":1,"jobs":[{"id":1,"token":"ab","existed":false},)"
                                R"({"id":2,"token":"cd","existed":true}]})"
                                "\n");
    CHECK(created_json({}) == "{\"schema\":1,\"jobs\":[]}\n");
}

TEST_CASE("jobs that were steered have the result, and no id where a token names none")
{
    const std::vector<SteeredJob> jobs = {{JobId{7}, "requested"}, {std::nullopt, "no_such_job"}};
    CHECK(steered_json(jobs) ==
          "{\"schema\":1,\"jobs\":[{\"id\":7,\"result\":\"requested\"},{\"id\":null,\"result\":\"no_such_job\"}]}\n");
}

TEST_CASE("the jobs of a held database say what is known of them, and what was decided is two lists")
{
    Job job;
    job.id = JobId{7};
    job.name = "nightly";
    job.created_at = Time(1s);
    CHECK(held_jobs_json("it is a copy", std::vector<HeldJob>{{job, "ran"}}) ==
          R"({"schema":1,"held":"it is a copy","jobs":[{"id":7,"name":"nightly","state":"available",)"
          R"("created_at":"1970-01-01T00:00:01Z","since":"ran"}]})"
          "\n");
    CHECK(held_jobs_json("", {}) == "{\"schema\":1,\"held\":null,\"jobs\":[]}\n");
    CHECK(accepted_json(std::vector{JobId{1}, JobId{2}}, {}) ==
          "{\"schema\":1,\"accepted\":true,\"run\":[1,2],\"cancelled\":[]}\n");
}

TEST_CASE("what was pruned is a list of ids")
{
    const std::vector<JobId> gone = {JobId{3}, JobId{5}};
    CHECK(prune_json(gone, true) == "{\"schema\":1,\"dry_run\":true,\"jobs\":[3,5]}\n");
    CHECK(prune_json({}, false) == "{\"schema\":1,\"dry_run\":false,\"jobs\":[]}\n");
}

TEST_CASE("the output of a run is text, whatever bytes it wrote")
{
    Run run;
    run.id = RunId{9};
    run.job = JobId{4};
    run.attempt = 2;
    CHECK(output_json(run, "a\nb\xff", 0) ==
          "{\"schema\":1,\"job\":4,\"run\":9,\"attempt\":2,\"ended\":false,\"dropped_bytes\":0,"
          "\"output\":\"a\\nb\xEF\xBF\xBD\"}\n");
    run.ended_at = Time(1s);
    CHECK(output_json(run, "", 5) == "{\"schema\":1,\"job\":4,\"run\":9,\"attempt\":2,\"ended\":true,"
                                     "\"dropped_bytes\":5,\"output\":\"\"}\n");
}

TEST_CASE("what init did is a list of sentences")
{
    const std::vector<std::string> deeds = {"made '/x'"};
    CHECK(init_json("/x/jobs.db", deeds) == "{\"schema\":1,\"database\":\"/x/jobs.db\",\"done\":[\"made '/x'\"]}\n");
}

TEST_CASE("findings have a level each and are no success as a whole if one fails")
{
    Findings findings;
    findings.ok("the config");
    findings.warn("no tick for 12 m", "start cron");
    CHECK(findings_json(findings).starts_with(R"({"schema":1,"ok":true,"findings":[)"));
    findings.fail("a\nb");
    CHECK(
        findings_json(findings) ==
        R"({"schema":1,"ok":false,"findings":[{"level":"ok","text":"the config","fix":null},)"
        R"({"level":"warn","text":"no tick for 12 m","fix":"start cron"},{"level":"fail","text":"a\nb","fix":null}]})"
        "\n");
}
