#include <doctest/doctest.h>

#include "terminal/escape.hpp"
#include "terminal/live_block.hpp"

using namespace escher;
using namespace std::chrono_literals;

namespace {

const Time now(1'000'000s);

LiveJob running(std::int64_t id, const std::string& name)
{
    return {.id = JobId{id},
            .name = name,
            .state = JobState::running,
            .started_at = now - 63s,
            .progress = {},
            .left = {},
            .reason = {}};
}

} // namespace

TEST_CASE("a line of the live display tells id, name, progress, time and estimate")
{
    LiveJob job = running(12, "compress");
    CHECK(live_line(job, now, 100) == "   #12  compress          1 m 3 s");
    job.progress = Progress{.percent = 52, .text = "photo 3", .at = now};
    job.left = 57'400ms;
    CHECK(live_line(job, now, 100) ==
          "   #12  compress          [######------]  52%  1 m 3 s, about 58 s left  photo 3");
    job.state = JobState::available;
    job.reason = "queue paused";
    CHECK(live_line(job, now, 100) == "   #12  compress          available: queue paused");
}

TEST_CASE("a line never exceeds the width of the terminal")
{
    LiveJob job = running(1, "\u6f22\u5b57\u6f22\u5b57\u6f22\u5b57\u6f22\u5b57\u6f22\u5b57\u6f22\u5b57 name");
    job.progress = Progress{.percent = 100, .text = std::string(300, 'x'), .at = now};
    for (const int width : {1, 7, 20, 40, 79, 200})
        CHECK(columns_of(live_line(job, now, width)) <= static_cast<std::size_t>(width));
}

TEST_CASE("what a job calls itself cannot move the cursor")
{
    LiveJob job = running(1, "\x1b[2J\nevil");
    job.progress = Progress{.percent = 1, .text = "\x1b]0;title\a", .at = now};
    const std::string line = live_line(job, now, 200);
    CHECK(line.find('\x1b') == std::string::npos);
    CHECK(line.find('\n') == std::string::npos);
    CHECK(line.find('\a') == std::string::npos);
}

TEST_CASE("more jobs than rows are counted on the last row")
{
    std::vector<LiveJob> jobs;
    for (int i = 1; i <= 10; ++i)
        jobs.push_back(running(i, "job"));
    const auto lines = live_lines(jobs, now, 80, 4);
    REQUIRE(lines.size() == 4);
    CHECK(lines.back() == "        and 7 more");
    CHECK(live_lines(jobs, now, 80, 10).size() == 10);
    CHECK(live_lines(jobs, now, 80, 0).size() == 1);
}

TEST_CASE("a live block redraws itself in place, lets lines pass above it, and leaves nothing behind")
{
    std::vector<std::string> written;
    {
        LiveBlock block([&](const std::string& text) { written.push_back(text); });
        block.show(std::vector<std::string>{"a", "b"});
        block.show(std::vector<std::string>{"c"});
        block.print_above("done");
        block.show(std::vector<std::string>{"d"});
    }
    REQUIRE(written.size() == 5);
    CHECK(written[0] == "a\nb\n");
    CHECK(written[1] == "\x1b[2A\r\x1b[Jc\n");
    CHECK(written[2] == "\x1b[1A\r\x1b[Jdone\n");
    CHECK(written[3] == "d\n");
    CHECK(written[4] == "\x1b[1A\r\x1b[J");
}
