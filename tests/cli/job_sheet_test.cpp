#include <doctest/doctest.h>

#include "cli/job_sheet.hpp"
#include "core/zone.hpp"

#include <algorithm>

using namespace escher;
using namespace escher::cli;
using namespace std::chrono_literals;

namespace {

const Time now{1'900'000'000s};
const Zone utc = Zone::utc();

JobSheet sheet()
{
    JobSheet sheet;
    sheet.facts.job.id = JobId{17};
    sheet.facts.job.name = "evil \x1b[2J";
    sheet.facts.job.work = Command{{"sh", "-c", "echo 'a b'"}};
    sheet.facts.job.queue = "q";
    sheet.facts.job.priority = 5;
    sheet.facts.job.state = JobState::failed;
    sheet.facts.job.created_by = "alice@host via cli";
    sheet.facts.job.created_at = now - 1h;
    sheet.facts.job.run_at = now - 1h;
    sheet.facts.job.finished_at = now - 30min;
    sheet.facts.job.attempts = 1;
    sheet.facts.reason = "exit status 3";
    Run run;
    run.attempt = 1;
    run.started_at = now - 31min;
    run.ended_at = now - 30min;
    run.outcome = Exited{3};
    run.usage.peak_memory_bytes = 4 * 1024 * 1024;
    run.output = {2048, 0};
    sheet.facts.runs.push_back(run);
    sheet.messages.push_back({std::nullopt, now - 30min, MessageLevel::warning, "two\nlines \x1b]0;x\a"});
    sheet.notes.push_back({"result", "{\"rows\":\t1}", now});
    return sheet;
}

} // namespace

TEST_CASE("a job's sheet tells all to a terminal and sends nothing that steers it")
{
    const std::string text = sheet_text(sheet(), now, {.terminal = true, .zone = &utc});
    for (const char* word : {"job 17: evil \\x1b[2J", "failed", "exit status 3", "sh -c 'echo '\\''a b'\\'''",
                             "q, priority 5", "alice@host via cli", "2030-03-17 16:46:40 (1 h ago)",
                             "exit status 3  ", "4.0 MiB", "2.0 KiB", "warning: two\n", "result = {\"rows\":\\t1}"}) {
        CAPTURE(word);
        CAPTURE(text);
        CHECK(text.find(word) != std::string::npos);
    }
    CHECK(text.find('\x1b') == std::string::npos);
    CHECK(text.find('\a') == std::string::npos);
}

TEST_CASE("in a pipe a job's sheet is lines of tab-separated fields with RFC 3339 times")
{
    const std::string text = sheet_text(sheet(), now, {.terminal = false, .zone = &utc});
    for (const char* line :
         {"job\t17\n", "state\tfailed\n", "created\t2030-03-17T16:46:40Z\n",
          "message\t2030-03-17T17:16:40Z\twarning\ttwo\\nlines \\x1b]0;x\\x07\n", "note\tresult\t{\"rows\":\\t1}\n",
          "run\t1\t2030-03-17T17:15:40Z\t2030-03-17T17:16:40Z\t"}) {
        CAPTURE(line);
        CAPTURE(text);
        CHECK(text.find(line) != std::string::npos);
    }
    CHECK(std::ranges::count(text, '\n') == 14);
}
