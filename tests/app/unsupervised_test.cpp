#include <doctest/doctest.h>

#include "../temporary_directory.hpp"
#include "app/unsupervised.hpp"
#include "os/host.hpp"
#include "os/lock_file.hpp"

using namespace escher;

namespace {

std::optional<std::string> why_unsupervised(const Run& run, const std::filesystem::path& lock)
{
    return escher::why_unsupervised(run, [&](std::int64_t mark) { return os::LockFile::mark_lives(lock, mark); });
}

} // namespace

TEST_CASE("a run is unsupervised once its tick is gone, and only if that is certain")
{
    const TemporaryDirectory directory;
    const auto lock = directory / "lock";
    const os::LockFile ours(lock);
    Run run;
    run.runner.process = os::own_identity();
    CHECK_FALSE(why_unsupervised(run, lock));

    // The same pid, given to another process.
    run.runner.process.start_ticks -= 1;
    const auto why = why_unsupervised(run, lock);
    REQUIRE(why);
    CHECK(why->starts_with("unsupervised: its tick (pid "));

    // One that holds its mark lives, wherever its pid means something.
    run.runner.mark = ours.mark();
    CHECK_FALSE(why_unsupervised(run, lock));
    CHECK(why_unsupervised(run, directory / "another"));

    // That lock is of this very kernel, whatever boot the row tells of.
    run.runner.process.boot_id = "another boot";
    CHECK_FALSE(why_unsupervised(run, lock));
    run.runner.mark = 0;
    CHECK(why_unsupervised(run, lock));
    run.ended_at = Time{};
    CHECK_FALSE(why_unsupervised(run, lock));
    run.ended_at.reset();
    run.runner = {};
    CHECK_FALSE(why_unsupervised(run, lock));
}
