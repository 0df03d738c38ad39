#pragma once

#include <escher/time.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace escher {

/// Numbers for people; never reused, not even after pruning.
enum class JobId : std::int64_t {};
enum class RunId : std::int64_t {};

/// Where in its life a job is. The stored text of each stands in core/text.hpp.
enum class JobState {
    scheduled, ///< run_at lies ahead
    available, ///< may run now, or is blocked by something other than time
    running,
    retryable, ///< an attempt failed, the next one waits for run_at
    completed,
    failed,
    cancelled,
    invalid, ///< the row cannot be run: its creator's mistake, told in `reason`
};

/// True for the four states that nothing leaves but a retry by hand.
[[nodiscard]] constexpr bool is_finished(JobState state) noexcept
{
    return state >= JobState::completed;
}

/// An argument list of the row's own, element 0 the program.
struct Command {
    std::vector<std::string> argv;

    bool operator==(const Command&) const = default;
};

/// A task of the config by name, with the values for its parameters.
struct TaskCall {
    std::string task;
    std::map<std::string, std::string> params;

    bool operator==(const TaskCall&) const = default;
};

/// What a hostile or mistaken row holds instead of either.
struct Unrunnable {
    std::string why;

    bool operator==(const Unrunnable&) const = default;
};

using Work = std::variant<Command, TaskCall, Unrunnable>;

/// How far a running job says it is.
struct Progress {
    double percent = 0; ///< 0 to 100
    std::string text;
    Time at{};
};

/// Which jobs must end before this one may start.
struct Dependency {
    JobId needs{};
    bool any_end = false; ///< false: it must be completed; true: finished however

    bool operator==(const Dependency&) const = default;
};

/// A job as its creator asks for it.
struct NewJob {
    Work work; ///< Command or TaskCall
    std::string name; ///< empty: derived from the work
    std::string queue = "default";
    int priority = 0;
    std::optional<Time> run_at; ///< none: now
    std::optional<Duration> timeout; ///< none: the policy's
    std::optional<int> retries; ///< none: the policy's
    std::optional<std::string> input; ///< what the job reads on stdin
    std::string created_by;
    std::string unique_key; ///< empty: none
    std::string concurrency_key; ///< empty: none
    std::vector<Dependency> after;
    std::string schedule; ///< empty: not made by a schedule
    std::optional<Time> nominal_at; ///< the due time of the schedule that this job stands for

    /// Job::token as the caller has made it, 32 hexadecimal digits: the key by which it looks the job up, or creates it
    /// once more, where it could not learn whether it was created. Empty: the store makes one.
    std::string token;
};

/// A job as it is stored.
struct Job {
    JobId id{};
    std::string token; ///< random, for web pages, so that nobody can walk the ids
    Work work;
    std::string name; ///< never empty: derived from the work where the row has none
    std::optional<std::string> queue; ///< none: a row of plain SQL that no tick has taken in yet
    std::optional<int> priority; ///< as with queue
    JobState state = JobState::available;
    std::string reason; ///< stored: why it was cancelled, failed or is invalid; empty otherwise
    Time run_at{};
    std::optional<Duration> timeout;
    std::optional<int> retries;
    int attempts = 0; ///< charged so far
    std::optional<RunId> run; ///< the run that holds the job while it is running
    std::optional<Progress> progress;
    std::optional<Time> cancel_requested_at;
    std::string created_by;
    Time created_at{};
    std::optional<Time> started_at; ///< of the latest run
    std::optional<Time> finished_at;
    std::string unique_key;
    std::string concurrency_key;
    std::string schedule;
    std::optional<Time> nominal_at;
    std::vector<Dependency> waits_for; ///< dependencies that have not ended yet
};

enum class MessageLevel { debug, info, warning, error };

/// A human-readable message of a job.
struct Message {
    std::optional<RunId> run;
    Time at{};
    MessageLevel level = MessageLevel::info;
    std::string text;
};

/// A piece of other data of a job: `value` is JSON text.
struct Note {
    std::string key;
    std::string value;
    Time at{};
};

} // namespace escher
