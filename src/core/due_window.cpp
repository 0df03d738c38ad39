#include "core/due_window.hpp"

#include <algorithm>
#include <iterator>

namespace escher {

namespace {

/// Due times that are counted one by one before the rest of a long stretch is jumped over.
constexpr std::int64_t most_counted = 200'000;

} // namespace

DueWindow due_between(const Recurrence& recurrence, const Zone& zone, Time after, Time until, std::size_t most)
{
    DueWindow window;
    std::vector<DueTime> newest; // kept below twice `most`, so that dropping the oldest of them is cheap
    DueWindow::Sum sum;
    DueTime last_left_out;
    bool jumped = false;

    std::int64_t counted = 0;
    for (auto due = next_due(recurrence, zone, after); due && due->at <= until;) {
        const Time at = due->at;
        if (window.times.size() < most) {
            window.times.push_back(*std::move(due));
        } else {
            newest.push_back(*std::move(due));
            if (newest.size() == 2 * most) {
                if (sum.count == 0)
                    sum.first = newest.front().at;
                sum.count += static_cast<std::int64_t>(most);
                last_left_out = newest[most - 1];
                newest.erase(newest.begin(), newest.begin() + static_cast<std::ptrdiff_t>(most));
            }
        }
        Time from = at;
        // Due times are at least a minute apart, so this reaches back far enough for the newest ones of a dense
        // recurrence; a sparse one never comes here.
        if (++counted == most_counted) {
            from = std::max(from, until - std::chrono::minutes(most_counted));
            jumped = from > at;
        }
        due = next_due(recurrence, zone, from);
    }

    if (newest.size() > most) {
        const std::size_t excess = newest.size() - most;
        if (sum.count == 0)
            sum.first = newest.front().at;
        sum.count += static_cast<std::int64_t>(excess);
        last_left_out = newest[excess - 1];
        newest.erase(newest.begin(), newest.begin() + static_cast<std::ptrdiff_t>(excess));
    }
    if (sum.count > 0) {
        sum.index = window.times.size();
        sum.at_least = jumped;
        window.times.push_back(last_left_out);
        window.sum = sum;
    }
    std::move(newest.begin(), newest.end(), std::back_inserter(window.times));
    return window;
}

} // namespace escher
