#include "sqlite/connection/statement_watch.hpp"

#include <sqlite3.h>

namespace escher::sqlite {

namespace {

/// Of SQLite's virtual machine: well below a millisecond, if no single one takes long.
constexpr int instructions_between_looks = 10'000;

constexpr Duration left_to_a_process_that_stops = std::chrono::milliseconds(500);

} // namespace

void StatementWatch::attach(sqlite3* connection)
{
    sqlite3_progress_handler(connection, instructions_between_looks, &StatementWatch::look, this);
}

int StatementWatch::look(void* self)
{
    return static_cast<StatementWatch*>(self)->must_end() ? 1 : 0;
}

bool StatementWatch::must_end()
{
    // Most statements end before the first look: those need no clock.
    const auto now = std::chrono::steady_clock::now();
    if (!looked_) {
        looked_ = true;
        first_look_ = now;
        return false;
    }
    const auto spent = now - first_look_;
    if (spent > limit_)
        why_ = "it took longer than " +
               std::to_string(std::chrono::duration_cast<std::chrono::seconds>(limit_).count()) +
               " seconds and was ended; `escher-cron check --full` tells whether the file is damaged";
    else if (spent > left_to_a_process_that_stops && stop_wanted_ && stop_wanted_())
        why_ = "a signal asks this process to stop, and it was not done within half a second; nothing of it was kept";
    return !why_.empty();
}

} // namespace escher::sqlite
