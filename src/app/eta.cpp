#include "app/eta.hpp"

#include <algorithm>
#include <cmath>

namespace escher {

namespace {

/// Less than this says nothing about the rate.
constexpr double least_gain = 0.5;

constexpr Duration longest = std::chrono::hours(24 * 365);

/// The time that `left` percent take where `gained` took `spent`.
Duration proportional(Duration spent, double gained, double left)
{
    const double estimate = static_cast<double>(spent.count()) * left / gained;
    return estimate < static_cast<double>(longest.count()) ? Duration(static_cast<Duration::rep>(estimate)) : longest;
}

} // namespace

void EtaEstimate::observe(const Progress& progress)
{
    const double percent = std::clamp(progress.percent, 0.0, 100.0);
    if (percent == percent_ || progress.at < seen_)
        return;
    if (percent < percent_) { // the job has begun something anew: what went before tells nothing about it
        origin_ = seen_ = progress.at;
        origin_percent_ = percent_ = percent;
        end_.reset();
        return;
    }
    const Duration since_last = progress.at - seen_;
    seen_ = progress.at;
    percent_ = percent;
    const double gained = percent_ - origin_percent_;
    const Duration spent = seen_ - origin_;
    if (gained < least_gain || spent <= Duration::zero())
        return;
    const Time expected = seen_ + proportional(spent, gained, 100 - percent_);
    if (!end_) {
        end_ = expected;
        return;
    }
    // The longer a run lasts, the more a single step may be off the average before it counts.
    const double inertia = std::max(2000.0, static_cast<double>(spent.count()) / 10);
    const double weight = 1 - std::exp(-static_cast<double>(since_last.count()) / inertia);
    const auto shift = static_cast<double>((expected - *end_).count()) * weight;
    *end_ += Duration(static_cast<Duration::rep>(shift));
}

std::optional<Duration> EtaEstimate::remaining(Time now) const
{
    if (!end_ || percent_ >= 100)
        return std::nullopt;
    const Duration left = std::max(*end_ - now, Duration::zero());
    const Duration silent = now - seen_;
    const Duration patience = std::max<Duration>(std::chrono::seconds(10), (seen_ - origin_) / 2);
    if (left > Duration::zero() && silent <= patience)
        return left;
    // Overdue or silent for long: what is known is that no more than this was gained until now.
    return std::max(left, proportional(now - origin_, percent_ - origin_percent_, 100 - percent_));
}

} // namespace escher
