#include <doctest/doctest.h>

#include "cli/check/check_programs.hpp"
#include "os/program_path.hpp"

#include <unistd.h>

#include <algorithm>

using namespace escher;
using namespace escher::cli;
using namespace std::chrono_literals;

namespace {

bool warns(const Findings& findings)
{
    return std::ranges::any_of(findings.all(), [](const Finding& one) { return one.level == Finding::Level::warn; });
}

} // namespace

TEST_CASE("a program is looked for where the job's user would find it")
{
    if (::geteuid() != 0 || ::access("/usr/sbin/chroot", X_OK) != 0 || ::access("/usr/bin/chroot", X_OK) == 0) {
        MESSAGE("needs root and a program that only root's PATH has");
        return;
    }
    Config config;
    Task task;
    task.name = "jail";
    task.argv = {"chroot", "/srv"};
    config.policies.tasks["jail"] = task;
    Findings as_root;
    check_programs(config, as_root);
    CHECK_FALSE(as_root.any_fails());

    config.policies.tasks["jail"].user = "nobody";
    Findings as_nobody;
    check_programs(config, as_nobody);
    CHECK(as_nobody.any_fails());

    config.policies.tasks["jail"].environment["PATH"] = "/usr/sbin";
    Findings told;
    check_programs(config, told);
    CHECK_FALSE(told.any_fails());
}

TEST_CASE("a tick that lives is enough of a sign, however long ago it began")
{
    const Time now(1'700'000'000s);
    TickRecord old;
    old.started_at = now - 5h;
    Findings alive;
    check_cron(Config{}, {.last = old, .lives = true}, now, "line", alive);
    CHECK_FALSE(warns(alive));
    Findings silent;
    check_cron(Config{}, {.last = old, .lives = false}, now, "line", silent);
    CHECK(warns(silent));
}
