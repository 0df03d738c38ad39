#include <doctest/doctest.h>

#include "json/once_json.hpp"

using namespace escher;
using namespace std::chrono_literals;

TEST_CASE("the JSON of a tick by hand counts and names its jobs")
{
    TickReport report;
    report.record.claimed = 1;
    report.record.failed = 1;
    EndedJob job;
    job.claim.job.id = JobId{7};
    job.claim.job.name = "pa\"ck";
    job.claim.run = RunId{70};
    job.end.outcome = Exited{2};
    job.end.next.state = JobState::failed;
    job.end.at = Time(1'000'000s);
    CHECK(once_json(report, {job}) ==
          R"({"schema":1,"claimed":1,"completed":0,"failed":1,"recovered":0,"pruned":0,"stopped_by":null,)"
          R"("jobs":[{"id":7,"token":"","name":"pa\"ck","queue":"default","state":"failed","run":70,"attempt":1,)"
          R"("outcome":"exited","description":"exit status 2","ended_at":"1970-01-12T13:46:40Z"}]})"
          "\n");
}
