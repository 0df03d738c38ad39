#pragma once

#include "config/config.hpp"
#include "os/seen_register.hpp"
#include "split/frame.hpp"

#include <escher/executor.hpp>
#include <escher/store.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace escher::split {

// What the store process asks of the supervisor. Each is a statement of a process that may be anybody's by now.

/// What this host has seen of the database `instance`. The first one says which database is worked on.
struct LookUpSeen {
    std::string instance;
};
struct WriteSeen {
    Seen seen; ///< lock and machine are not sent: the supervisor knows its own
};
struct AskHold {};
struct WriteHold {
    os::SeenRegister::Hold hold;
};
struct AskHardware {};

/// The jobs are about to begin.
struct Begin {};
struct Start {
    Claim claim; ///< what decides on how it is run; of the job no more
};
struct Wait {
    Duration at_most{};
};
struct Stop {
    RunId run{};
    bool by_shutdown = false;
};
struct Release {
    RunId run{};
};
struct Examine {
    Run run; ///< what tells whether it lives
};
struct KillRemains {
    Run run;
};
struct DiscardOutput {
    std::vector<std::pair<JobId, RunId>> runs; ///< at most so many
};
inline constexpr std::size_t most_names = 4096;

struct AskLock {};
struct ReleaseLock {};
struct RetakeLock {};

/// A line for the log.
struct Log {
    LogLevel level = LogLevel::info;
    std::string text;
};

/// The tick is over.
struct Goodbye {
    int status = 0; ///< to exit with
    std::optional<std::pair<ErrorKind, std::string>> error; ///< instead
};

using Request =
    std::variant<LookUpSeen, WriteSeen, AskHold, WriteHold, AskHardware, Begin, Start, Wait, Stop, Release, Examine,
                 KillRemains, DiscardOutput, AskLock, ReleaseLock, RetakeLock, Log, Goodbye>;

// What the supervisor answers. Stop, Release, KillRemains, DiscardOutput, WriteHold, ReleaseLock, Log and Goodbye are not
// answered.

struct Done {};
struct Failed {
    ErrorKind kind = ErrorKind::internal;
    std::string text;
};
struct Waited {
    std::vector<RunEnded> ended;
    std::optional<int> stop_signal;
    std::optional<bool> holds_lock; ///< TickLock::still_ours; none: to be asked for
};

using Reply = std::variant<Done, Failed, bool, std::string, StartResult, Waited, Liveness, os::SeenRegister::Answer,
                           std::optional<os::SeenRegister::Hold>>;

/// The longest text of a log line, an error or a name that is sent, in bytes.
inline constexpr std::size_t most_text = std::size_t{64} << 10;

/// The longest content of a reply.
inline constexpr std::size_t most_reply = 3 * most_text / 2;

/// The ends of this many runs, however they ended, fit into one reply, if no text of an outcome is longer than
/// `most_outcome_text`.
inline constexpr std::size_t most_ended = 32;
inline constexpr std::size_t most_outcome_text = 2048;

[[nodiscard]] std::string encode(const Request& request);
[[nodiscard]] std::string encode(const Reply& reply);

/// Throws ProtocolError for everything that encode() does not make: bytes that are too few or too many, a count or a length
/// beyond what is there, an enumerator that there is not.
[[nodiscard]] Request decode_request(std::string_view content);
[[nodiscard]] Reply decode_reply(std::string_view content);

} // namespace escher::split
