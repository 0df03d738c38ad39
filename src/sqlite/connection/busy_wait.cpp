#include "sqlite/connection/busy_wait.hpp"

#include <sqlite3.h>

#include <algorithm>

namespace escher::sqlite {

void BusyWait::attach(sqlite3* connection)
{
    sqlite3_busy_handler(connection, &BusyWait::wait, this);
}

int BusyWait::wait(void* self, int attempt)
{
    auto& waiting = *static_cast<BusyWait*>(self);
    const auto now = std::chrono::steady_clock::now();
    if (attempt == 0)
        waiting.begin_ = now;
    const auto left = waiting.begin_ + waiting.patience_ - now;
    if (left <= std::chrono::steady_clock::duration::zero())
        return 0;
    constexpr int longest = 10'000;
    std::uniform_int_distribution<int> microseconds(200, std::min(1000 * (attempt + 1), longest));
    const auto wanted = std::chrono::microseconds(microseconds(waiting.random_));
    const auto nap = std::min(wanted, std::chrono::ceil<std::chrono::microseconds>(left));
    sqlite3_sleep(static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(nap).count()));
    return 1;
}

} // namespace escher::sqlite
