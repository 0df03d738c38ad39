#include "bench.hpp"
#include "processes.hpp"

#include "os/output_file.hpp"

using namespace escher;

namespace {

constexpr std::int64_t mebibyte = 1 << 20;

struct Stored {
    std::int64_t size = 0;
    std::int64_t on_disk = 0;
    std::vector<os::OutputSegment> segments;
    std::string head; ///< of the first segment
    std::string tail; ///< of the last
};

Stored look_at(const std::filesystem::path& path)
{
    const os::Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    struct stat file = {};
    REQUIRE(::fstat(fd.get(), &file) == 0);
    Stored stored;
    stored.size = file.st_size;
    stored.on_disk = file.st_blocks * 512;
    stored.segments = os::readable_segments(fd.get());
    const auto read = [&](const os::OutputSegment& segment) {
        std::string text(static_cast<std::size_t>(segment.length), '\0');
        CHECK(::pread(fd.get(), text.data(), text.size(), segment.offset) == segment.length);
        return text;
    };
    if (!stored.segments.empty()) {
        stored.head = read(stored.segments.front());
        stored.tail = read(stored.segments.back());
    }
    return stored;
}

} // namespace

TEST_CASE("stdout and stderr go to the run's file in the order written")
{
    Bench bench;
    const auto spec = bench.shell("echo one; echo two >&2; echo three");
    const auto ended = bench.run(spec);
    CHECK(bench.output(spec) == "one\ntwo\nthree\n");
    CHECK(ended.output.written == 14);
    CHECK(ended.output.dropped == 0);
    const auto mode = std::filesystem::status(bench.output_directory() / spec.output_file).permissions();
    CHECK(static_cast<unsigned>(mode) == 0640);
}

TEST_CASE("a job without a word leaves an empty file")
{
    Bench bench;
    const auto spec = bench.shell("exit 0");
    CHECK(bench.run(spec).output.written == 0);
    CHECK(look_at(bench.output_directory() / spec.output_file).segments.empty());
}

TEST_CASE("output is bounded on disk to its head and its tail")
{
    Bench bench(mebibyte);
    const auto spec = bench.shell("seq 1 9000000");
    const auto ended = bench.run(spec);
    CHECK(ended.outcome == Outcome{Exited{0}});
    std::int64_t expected = 0;
    for (std::int64_t digits = 1, from = 1; from <= 9'000'000; ++digits, from *= 10)
        expected += (std::min<std::int64_t>(from * 10 - 1, 9'000'000) - from + 1) * (digits + 1);
    CHECK(ended.output.written == expected);

    const auto stored = look_at(bench.output_directory() / spec.output_file);
    CHECK(stored.size == expected);
    CHECK(stored.on_disk <= mebibyte);
    REQUIRE(stored.segments.size() == 2);
    CHECK(stored.segments[0] == os::OutputSegment{0, mebibyte / 4});
    CHECK(stored.segments[0].length + ended.output.dropped == stored.segments[1].offset);
    CHECK(stored.segments[1].length > mebibyte / 2 - mebibyte / 16); // the hole ends on a block
    CHECK(stored.segments[1].offset + stored.segments[1].length == expected);
    CHECK(stored.head.starts_with("1\n2\n3\n"));
    CHECK(stored.tail.ends_with("\n8999999\n9000000\n"));
}

TEST_CASE("output is cut while the job runs, not only at its end")
{
    Bench bench(mebibyte);
    const Fifo go(bench.directory() / "go");
    const auto spec = bench.shell("head -c 8388608 /dev/zero; read line < " + go.path());
    bench.start(spec);
    const auto path = bench.output_directory() / spec.output_file;
    while (look_at(path).size < 8 * mebibyte || look_at(path).on_disk > mebibyte)
        CHECK(bench.jobs().wait(std::chrono::milliseconds(20)).empty());
    go.write_line("go");
    const auto ended = bench.await(spec.run);
    CHECK(ended.output.written == 8 * mebibyte);
    CHECK(ended.output.dropped > 7 * mebibyte - 2 * 4096);
}

TEST_CASE("output that just fits is kept whole")
{
    Bench bench(mebibyte);
    const auto spec = bench.shell("head -c " + std::to_string(mebibyte) + " /dev/urandom");
    const auto ended = bench.run(spec);
    CHECK(ended.output.dropped == 0);
    CHECK(look_at(bench.output_directory() / spec.output_file).segments.size() == 1);
}

TEST_CASE("a job may truncate, extend and rewrite its output")
{
    Bench bench(mebibyte);
    const std::string python = R"(
import os, sys
chunk = b'x' * 65536
for i in range(64): os.write(1, chunk)
os.ftruncate(1, 0)
os.write(1, b'short\n')
if sys.argv[1] == 'extend': os.ftruncate(1, 1 << 40)
if sys.argv[1] == 'again':
    for i in range(64): os.write(1, chunk)
if sys.argv[1] == 'rewrite':
    fd = os.open('/proc/self/fd/1', os.O_WRONLY)
    for i in range(64): os.write(fd, chunk)
)";
    for (const std::string way : {"stop", "extend", "again", "rewrite"}) {
        CAPTURE(way);
        const auto spec = bench.job({"/usr/bin/python3", "-c", python, way});
        const auto ended = bench.run(spec);
        CHECK(ended.outcome == Outcome{Exited{0}});
        const auto stored = look_at(bench.output_directory() / spec.output_file);
        CHECK(stored.size == ended.output.written);
        CHECK(stored.on_disk <= mebibyte);
        CHECK(ended.output.dropped >= 0);
        CHECK(ended.output.dropped <= ended.output.written);
        if (way == "stop") {
            CHECK(ended.output.written == 6);
            CHECK(ended.output.dropped == 0);
        }
        if (way != "rewrite")
            CHECK(stored.head.starts_with("short\n"));
    }
}

TEST_CASE("a job that closes its output is not disturbed")
{
    Bench bench;
    const auto spec = bench.shell("exec >&- 2>&-; exit 7");
    CHECK(bench.run(spec).outcome == Outcome{Exited{7}});
}
