#include <doctest/doctest.h>

#include "cli/check/check_cgroup.hpp"

using namespace escher;
using namespace escher::cli;

namespace {

os::CgroupPlace somewhere()
{
    os::CgroupPlace place;
    place.mount = "/sys/fs/cgroup";
    place.own = "/sys/fs/cgroup/u.service/escher-tick";
    place.base = "/sys/fs/cgroup/u.service";
    return place;
}

Finding found(CgroupUse use, const os::CgroupPlace& place)
{
    Findings findings;
    judge_cgroup(use, place, findings);
    REQUIRE(findings.all().size() == 1);
    return findings.all().front();
}

const std::string traces = "whether a run lives is told by the tag, the session and the environment of its "
                           "processes, and by the lock on its output";

} // namespace

TEST_CASE("check says where the groups are, and what is accounted")
{
    auto place = somewhere();
    for (const auto use : {CgroupUse::automatic, CgroupUse::require}) {
        place.accounts_memory = true;
        CHECK(found(use, place).level == Finding::Level::ok);
        CHECK(found(use, place).text ==
              "each run gets a control group below '/sys/fs/cgroup/u.service', whose members are the proof that it "
              "lives; cpu time and memory are accounted of all its processes together");
        place.accounts_memory = false;
        CHECK(found(use, place).level == Finding::Level::ok);
        CHECK(found(use, place)
                  .text.find("; cpu time is accounted of all its processes, memory of the largest one: ") !=
              std::string::npos);
    }
}

TEST_CASE("check says why there are none, and what proves life then")
{
    auto place = somewhere();
    place.why_not = "no cgroup v2 hierarchy is mounted";
    place.remedy = "mount one";
    CHECK(found(CgroupUse::automatic, place).level == Finding::Level::ok);
    CHECK(found(CgroupUse::automatic, place).text ==
          "runs get no control groups (no cgroup v2 hierarchy is mounted): " + traces + "; to have them, mount one");
    CHECK(found(CgroupUse::require, place).level == Finding::Level::fail);
    CHECK(found(CgroupUse::require, place).text ==
          "no job starts: run.cgroup requires control groups, and no cgroup v2 hierarchy is mounted");
    CHECK(found(CgroupUse::require, place).fix == "mount one");
    place.remedy.clear();
    CHECK(found(CgroupUse::automatic, place).text ==
          "runs get no control groups (no cgroup v2 hierarchy is mounted): " + traces);
}

TEST_CASE("check says that control groups are switched off, whatever there is")
{
    CHECK(found(CgroupUse::off, somewhere()).level == Finding::Level::ok);
    CHECK(found(CgroupUse::off, somewhere()).text == "runs get no control groups (run.cgroup says so): " + traces);
}
