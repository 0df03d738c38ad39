#pragma once

#include <escher/time.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace escher {

/// What happens to processes of a job that are left when its main process has ended.
enum class Leftovers { kill, allow };

/// setrlimit(2) values; none: as inherited.
struct ResourceLimits {
    std::optional<std::uint64_t> memory_bytes; ///< RLIMIT_AS
    std::optional<std::chrono::seconds> cpu_time; ///< RLIMIT_CPU
    std::optional<std::uint64_t> open_files; ///< RLIMIT_NOFILE
    std::optional<std::uint64_t> processes; ///< RLIMIT_NPROC

    bool operator==(const ResourceLimits&) const = default;
};

/// The rules one job is run under, all resolved.
struct JobPolicy {
    std::string queue = "default";
    int priority = 0; ///< lower runs first, as in nice
    std::optional<Duration> timeout; ///< none: unlimited
    Duration kill_after = std::chrono::seconds(30); ///< from TERM to KILL
    int retries = 0; ///< attempts beyond the first
    std::vector<Duration> backoff; ///< wait after attempt 1, 2, ...; the last repeats. Empty: 15 + n^4 seconds
    int jitter_percent = 10; ///< of the backoff, added
    Leftovers leftovers = Leftovers::kill;
    int nice = 0;
    unsigned umask = 022;
    std::string directory; ///< empty: the home directory of the job's user
    ResourceLimits limits;

    bool operator==(const JobPolicy&) const = default;
};

/// What one level of the config ([defaults], [queue.X], [task.X], [schedule.X]) says of a JobPolicy.
struct PolicyOverrides {
    std::optional<std::string> queue;
    std::optional<int> priority;
    std::optional<std::optional<Duration>> timeout; ///< outer none: says nothing; inner none: "no timeout"
    std::optional<Duration> kill_after;
    std::optional<int> retries;
    std::optional<std::vector<Duration>> backoff;
    std::optional<int> jitter_percent;
    std::optional<Leftovers> leftovers;
    std::optional<int> nice;
    std::optional<unsigned> umask;
    std::optional<std::string> directory;
    ResourceLimits limits; ///< each that is set overrides
};

/// A named definition in the config: the only thing that a client who may not bring a command can ask for.
struct Task {
    std::string name;
    std::vector<std::string> argv; ///< elements may hold {param}
    std::map<std::string, std::string> params; ///< name -> ECMAScript pattern, matched in full
    std::map<std::string, std::string> environment;
    std::optional<std::string> input; ///< stdin, whatever the job brings; may hold {param}
    bool takes_input = false; ///< stdin is what the job brings, where others can write jobs too
    std::int64_t max_input = std::int64_t{1} << 20; ///< bytes that such a job may bring
    std::vector<std::string> queues; ///< beside the one of its policy: where its jobs may go by a row's own word
    std::optional<std::string> user; ///< none: run.user, else the tick's own
    PolicyOverrides policy;
};

/// "N starts in any window of length `per`".
struct Rate {
    int count = 0;
    Duration per{};

    bool operator==(const Rate&) const = default;
};

/// Limits of one queue. How many of its jobs may run at once is counted over all live ticks.
struct QueueLimits {
    std::optional<int> concurrency; ///< none: only run.concurrency limits it
    std::optional<Rate> rate;
    int per_key = 1; ///< running jobs that may share one concurrency key

    bool operator==(const QueueLimits&) const = default;
};

struct Queue {
    QueueLimits limits;
    PolicyOverrides policy;
};

/// Whose commands are run: security.commands.
enum class CommandTrust { listed, any };

/// Everything that decides how a stored job is run; the config's part of selection and launching.
struct Policies {
    PolicyOverrides defaults;
    std::map<std::string, Queue> queues;
    std::map<std::string, Task> tasks;
    std::map<std::string, std::string> environment; ///< [environment], inherited values already looked up
    std::optional<std::string> user; ///< run.user
    CommandTrust commands = CommandTrust::listed;
    bool rows_are_ours = false; ///< nobody but root and the tick's user can write them
};

/// Which finished jobs go: older than the age of their state, or beyond the newest `keep`. none: kept.
struct Retention {
    std::optional<Duration> completed = std::chrono::hours(24 * 7);
    std::optional<Duration> failed = std::chrono::hours(24 * 30); ///< invalid ones too
    std::optional<Duration> cancelled = std::chrono::hours(24 * 7);
    std::optional<std::int64_t> keep = 100'000;
    Duration at_least{}; ///< whatever ended less than this ago stays: the rates of queues count its starts
};

} // namespace escher
