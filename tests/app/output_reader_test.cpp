#include <doctest/doctest.h>

#include "app/output_reader.hpp"
#include "temporary_directory.hpp"

#include <escher/error.hpp>

#include <fcntl.h>
#include <sys/mman.h>

#include <vector>

using namespace escher;

namespace {

/// What a reader passes on, gaps written as <BYTES>.
std::string read_all(OutputReader& reader)
{
    std::string seen;
    reader.read({.text = [&](std::string_view piece) { seen += piece; },
                 .dropped = [&](std::int64_t bytes) { seen += '<' + std::to_string(bytes) + '>'; }});
    return seen;
}

void append(int fd, const std::string& text)
{
    REQUIRE(::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
}

os::Fd duplicate(int fd)
{
    return os::Fd(::fcntl(fd, F_DUPFD_CLOEXEC, 0));
}

} // namespace

TEST_CASE("output is passed on once, and later what was added")
{
    const os::Fd file(::memfd_create("output", MFD_CLOEXEC));
    OutputReader reader(duplicate(file.get()));
    CHECK(read_all(reader).empty());
    append(file.get(), "one\n");
    CHECK(read_all(reader) == "one\n");
    CHECK(read_all(reader).empty());
    append(file.get(), std::string(200'000, 'x'));
    CHECK(read_all(reader) == std::string(200'000, 'x'));
}

TEST_CASE("what was dropped from the middle is told where it is missing")
{
    const os::Fd file(::memfd_create("output", MFD_CLOEXEC));
    const std::string head(4096, 'h');
    const std::string tail(4096, 't');
    append(file.get(), head + std::string(8192, 'm') + tail);
    REQUIRE(::fallocate(file.get(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 4096, 8192) == 0);
    OutputReader reader(duplicate(file.get()));
    CHECK(read_all(reader) == head + "<8192>" + tail);
}

TEST_CASE("what is dropped after it was passed on is not missed")
{
    const os::Fd file(::memfd_create("output", MFD_CLOEXEC));
    append(file.get(), std::string(16384, 'a'));
    OutputReader reader(duplicate(file.get()));
    CHECK(read_all(reader).size() == 16384);
    REQUIRE(::fallocate(file.get(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 4096, 8192) == 0);
    append(file.get(), "end");
    CHECK(read_all(reader) == "end");
}

TEST_CASE("output that the job has truncated is followed from its new end")
{
    const os::Fd file(::memfd_create("output", MFD_CLOEXEC));
    append(file.get(), "a long line");
    OutputReader reader(duplicate(file.get()));
    CHECK(read_all(reader) == "a long line");
    REQUIRE(::ftruncate(file.get(), 0) == 0);
    CHECK(read_all(reader).empty());
    REQUIRE(::lseek(file.get(), 0, SEEK_SET) == 0);
    append(file.get(), "new");
    CHECK(read_all(reader) == "new");
}

TEST_CASE("the output of a run is opened by the name that its ids make")
{
    const TemporaryDirectory directory;
    Run run;
    run.job = JobId{4};
    const auto refusal = [&](RunId id) {
        run.id = id;
        try {
            (void)open_output(run, directory.path());
        } catch (const Error& error) {
            return error.kind();
        }
        FAIL("it was opened");
        return ErrorKind::internal;
    };
    CHECK(refusal(RunId{1}) == ErrorKind::not_found);

    write_file(directory / "4.1.log", "said");
    OutputReader reader(open_output(run, directory.path()));
    CHECK(read_all(reader) == "said");

    std::filesystem::create_symlink(directory / "4.1.log", directory / "4.2.log");
    CHECK(refusal(RunId{2}) == ErrorKind::permission); // a link
}
