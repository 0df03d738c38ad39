#pragma once

#include <escher/time.hpp>

#include <random>

struct sqlite3;

namespace escher::sqlite {

/// How a connection waits for a lock that another holds: short random waits until its patience is over. SQLite's own
/// handler soon waits a tenth of a second each time, so that in a crowd the newest comer is served first and the one
/// that has waited longest may never be.
class BusyWait {
public:
    explicit BusyWait(Duration patience) : patience_(patience) {}
    BusyWait(const BusyWait&) = delete;
    BusyWait& operator=(const BusyWait&) = delete;

    /// Makes `connection` wait like this. It must not outlive this object.
    void attach(sqlite3* connection);

    void set_patience(Duration patience) { patience_ = patience; }

private:
    static int wait(void* self, int attempt);

    Duration patience_;
    std::chrono::steady_clock::time_point begin_{};
    std::minstd_rand random_{std::random_device{}()};
};

} // namespace escher::sqlite
