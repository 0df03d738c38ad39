#pragma once

#include "os/execution_record.hpp"

#include <escher/executor.hpp>

#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <memory>

namespace escher::os {

struct SupervisorOptions {
    std::filesystem::path output_directory; ///< created (0770) if its parent exists
    std::int64_t max_output_bytes = 16 * 1024 * 1024;
    std::string instance; ///< the database's uuid: tells our runs from those of another database, in /proc
    std::function<bool(std::int64_t)> mark_lives; ///< LockFile::mark_lives
    ExecutionRecord executions{}; ///< LockFile::executions
    HostId host = only_host; ///< this one: what runs of others do is not known here
    bool use_cgroups = true; ///< each run gets a control group of its own where one can be made
    bool require_cgroups = false; ///< no run is started without
    std::function<int()> caller{}; ///< a descriptor that ends wait() early when it is readable; -1, empty: none
    pid_t companion = 0; ///< a child of this process that is no job's; 0: there is none
};

/// The Executor that runs real processes. One per process: it blocks SIGCHLD, SIGTERM, SIGINT and SIGHUP and reads them from a
/// signalfd, ignores SIGPIPE, and makes this process a child subreaper, so that no orphan of a job escapes it.
[[nodiscard]] std::unique_ptr<Executor> make_supervisor(SupervisorOptions options);

} // namespace escher::os
