#include "bench.hpp"
#include "os/fd.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

using namespace escher;

namespace {

/// A child of this process that does nothing, until it is killed.
class Companion {
public:
    Companion() : pid_(::fork())
    {
        if (pid_ == 0)
            for (;;)
                ::pause();
    }
    Companion(const Companion&) = delete;
    Companion& operator=(const Companion&) = delete;
    ~Companion()
    {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }

    [[nodiscard]] pid_t pid() const { return pid_; }

private:
    pid_t pid_;
};

std::unique_ptr<Executor> supervisor(const TemporaryDirectory& directory, int caller, pid_t companion)
{
    return os::make_supervisor({.output_directory = directory / "output",
                                .instance = Bench::instance,
                                .mark_lives = {},
                                .use_cgroups = false,
                                .caller = [caller] { return caller; },
                                .companion = companion});
}

} // namespace

TEST_CASE("who calls ends the wait, and the jobs go on")
{
    const TemporaryDirectory directory;
    int ends[2] = {};
    REQUIRE(::pipe(ends) == 0);
    const os::Fd reader(ends[0]);
    const os::Fd writer(ends[1]);
    const auto jobs = supervisor(directory, reader.get(), 0);
    REQUIRE(::write(writer.get(), "x", 1) == 1);
    CHECK(jobs->wait(std::chrono::minutes(2)).empty());
    Bench bench;
    const auto spec = bench.shell("exit 0");
    REQUIRE(std::holds_alternative<Started>(jobs->start(spec, Claim{})));
    std::vector<RunEnded> ended;
    while (ended.empty())
        ended = jobs->wait(std::chrono::minutes(2)); // which is called all the time
    CHECK(ended.front().outcome == Outcome{Exited{0}});
    jobs->release(spec.run);
}

TEST_CASE("a child that is no job's outlives the jobs that were started with it")
{
    const TemporaryDirectory directory;
    const Companion companion;
    const auto jobs = supervisor(directory, -1, companion.pid());
    Bench bench;
    for (int i = 0; i < 20; ++i) { // some within the same tick of the clock
        const auto spec = bench.shell("exit 0");
        REQUIRE(std::holds_alternative<Started>(jobs->start(spec, Claim{})));
        while (jobs->wait(std::chrono::minutes(2)).empty())
            continue;
        jobs->release(spec.run);
    }
    CHECK(::waitpid(companion.pid(), nullptr, WNOHANG) == 0);
}
