#include "cli/check/check_cgroup.hpp"

#include <fmt/format.h>

namespace escher::cli {

namespace {

constexpr auto traces = "whether a run lives is told by the tag, the session and the environment of its processes, "
                        "and by the lock on its output";

} // namespace

void judge_cgroup(CgroupUse use, const os::CgroupSite& site, Findings& findings)
{
    if (use == CgroupUse::off)
        findings.ok(fmt::format("runs get no control groups (run.cgroup says so): {}", traces));
    else if (site.why_not.empty())
        findings.ok(fmt::format(
            "each run gets a control group below '{}', whose members are the proof that it lives; cpu time {}",
            site.base.string(),
            site.accounts_memory ? "and memory are accounted of all its processes together"
                                 : "is accounted of all its processes, memory of the largest one: the group has no "
                                   "memory controller to "
                                   "pass on (a unit with Delegate=memory and DelegateSubgroup=escher-tick has)"));
    else if (use == CgroupUse::require)
        findings.fail(fmt::format("no job starts: run.cgroup requires control groups, and {}", site.why_not),
                      site.remedy);
    else
        findings.ok(fmt::format("runs get no control groups ({}): {}{}", site.why_not, traces,
                                site.remedy.empty() ? "" : "; to have them, " + site.remedy));
}

void check_cgroup(const Config& config, Findings& findings)
{
    judge_cgroup(config.run.cgroup, os::find_cgroup_site(), findings);
}

} // namespace escher::cli
