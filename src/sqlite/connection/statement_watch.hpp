#pragma once

#include <escher/time.hpp>

#include <chrono>
#include <functional>
#include <string>

struct sqlite3;

namespace escher::sqlite {

/// Ends a statement that computes for longer than a limit, or for more than half a second when somebody wants this process to
/// stop: what a file of many rows, or one that is damaged with care, makes of a statement has no bound of its own. The half
/// second is left so that what a process records on its way out is recorded. Time that is spent waiting for a lock counts, but
/// is not ended by this.
class StatementWatch {
public:
    StatementWatch(Duration limit, std::function<bool()> stop_wanted)
        : limit_(limit), stop_wanted_(std::move(stop_wanted))
    {
    }
    StatementWatch(const StatementWatch&) = delete;
    StatementWatch& operator=(const StatementWatch&) = delete;

    /// It must not outlive this object.
    void attach(sqlite3* connection);

    /// A statement begins.
    void begin() noexcept
    {
        looked_ = false;
        why_.clear();
    }

    /// Why the statement was ended, in words; empty: it was not.
    [[nodiscard]] const std::string& why() const noexcept { return why_; }

private:
    static int look(void* self);
    [[nodiscard]] bool must_end();

    Duration limit_;
    std::function<bool()> stop_wanted_;
    bool looked_ = false; ///< since the statement began
    std::chrono::steady_clock::time_point first_look_{};
    std::string why_;
};

} // namespace escher::sqlite
