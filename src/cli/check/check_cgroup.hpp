#pragma once

#include "app/findings.hpp"
#include "config/config.hpp"
#include "os/cgroup_site.hpp"

namespace escher::cli {

/// Tells by what a tick that is started like this process proves whether a run lives: by its control group, or by the
/// traces that its processes leave. Changes nothing.
void check_cgroup(const Config& config, Findings& findings);

/// The same, where `site` is what there is.
void judge_cgroup(CgroupUse use, const os::CgroupSite& site, Findings& findings);

} // namespace escher::cli
