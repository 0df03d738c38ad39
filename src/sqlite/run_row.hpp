#pragma once

#include "sqlite/connection/statement.hpp"

#include <escher/run.hpp>

/// The columns that decode_run() reads, from the first of the row on.
#define ESCHER_RUN_COLUMNS(alias)                                                                                    \
    alias ".id, " alias ".job, " alias ".attempt, " alias ".claimed_at, " alias ".started_at, " alias                \
          ".ended_at, " alias ".outcome, " alias ".exit_code, " alias ".signal, " alias ".core_dumped, " alias       \
          ".out_of_memory, " alias ".error, " alias ".message, " alias ".by_shutdown, " alias ".cpu_user_ms, " alias \
          ".cpu_system_ms, " alias ".peak_memory, " alias ".output_written, " alias ".output_dropped, " alias        \
          ".runner_pid, " alias ".runner_started, " alias ".runner_mark, " alias ".boot_id, " alias ".pid, " alias   \
          ".process_started"

namespace escher::sqlite {

/// A run from ESCHER_RUN_COLUMNS.
[[nodiscard]] Run decode_run(const Query& row);

/// How an Outcome stands in its columns.
struct OutcomeColumns {
    std::string_view outcome;
    std::optional<int> exit_code;
    std::optional<int> signal;
    std::optional<int> core_dumped;
    std::optional<int> out_of_memory;
    std::optional<int> error;
    std::optional<std::string> message;
    std::optional<int> by_shutdown;
};

[[nodiscard]] OutcomeColumns encode_outcome(const Outcome& outcome);

} // namespace escher::sqlite
