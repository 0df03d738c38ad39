#include <doctest/doctest.h>

#include "cli/check/check_cgroup.hpp"

using namespace escher;
using namespace escher::cli;

namespace {

os::CgroupSite somewhere()
{
    os::CgroupSite site;
    site.mount = "/sys/fs/cgroup";
    site.own = "/sys/fs/cgroup/u.service/escher-tick";
    site.base = "/sys/fs/cgroup/u.service";
    return site;
}

Finding found(CgroupUse use, const os::CgroupSite& site)
{
    Findings findings;
    judge_cgroup(use, site, findings);
    REQUIRE(findings.all().size() == 1);
    return findings.all().front();
}

const std::string traces = "whether a run lives is told by the tag, the session and the environment of its "
                           "processes, and by the lock on its output";

} // namespace

TEST_CASE("check says where the groups are, and what is accounted")
{
    auto site = somewhere();
    for (const auto use : {CgroupUse::automatic, CgroupUse::require}) {
        site.accounts_memory = true;
        CHECK(found(use, site).level == Finding::Level::ok);
        CHECK(found(use, site).text ==
              "each run gets a control group below '/sys/fs/cgroup/u.service', whose members are the proof that it "
              "lives; cpu time and memory are accounted of all its processes together");
        site.accounts_memory = false;
        CHECK(found(use, site).level == Finding::Level::ok);
        CHECK(found(use, site).text.find(
                  "; cpu time is accounted of all its processes, memory of the largest one: ") != std::string::npos);
    }
}

TEST_CASE("check says why there are none, and what proves life then")
{
    auto site = somewhere();
    site.why_not = "no cgroup v2 hierarchy is mounted";
    site.remedy = "mount one";
    CHECK(found(CgroupUse::automatic, site).level == Finding::Level::ok);
    CHECK(found(CgroupUse::automatic, site).text ==
          "runs get no control groups (no cgroup v2 hierarchy is mounted): " + traces + "; to have them, mount one");
    CHECK(found(CgroupUse::require, site).level == Finding::Level::fail);
    CHECK(found(CgroupUse::require, site).text ==
          "no job starts: run.cgroup requires control groups, and no cgroup v2 hierarchy is mounted");
    CHECK(found(CgroupUse::require, site).fix == "mount one");
    site.remedy.clear();
    CHECK(found(CgroupUse::automatic, site).text ==
          "runs get no control groups (no cgroup v2 hierarchy is mounted): " + traces);
}

TEST_CASE("check says that control groups are switched off, whatever there is")
{
    CHECK(found(CgroupUse::off, somewhere()).level == Finding::Level::ok);
    CHECK(found(CgroupUse::off, somewhere()).text == "runs get no control groups (run.cgroup says so): " + traces);
}
