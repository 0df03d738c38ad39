#pragma once

#include <escher/time.hpp>

namespace escher::test {

/// A clock that stands still unless it is moved.
class FakeClock {
public:
    [[nodiscard]] Time now() const { return now_; }
    void set(Time now) { now_ = now; }
    void advance(Duration by) { now_ += by; }

private:
    Time now_ = std::chrono::sys_days(std::chrono::year(2020) / 6 / 1);
};

} // namespace escher::test
