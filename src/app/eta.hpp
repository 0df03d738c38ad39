#pragma once

#include <escher/job.hpp>

namespace escher {

/// Estimates the time left of one run from the progress that it reports: linear over the run, smoothed, so that one
/// quick or slow step does not make the estimate jump.
class EtaEstimate {
public:
    explicit EtaEstimate(Time started) : origin_(started), seen_(started) {}

    /// Takes in what the run said last; saying the same again changes nothing.
    void observe(const Progress& progress);

    /// None: too little progress to tell, or none left.
    [[nodiscard]] std::optional<Duration> remaining(Time now) const;

private:
    Time origin_; ///< from here the rate is counted: the start, or where the progress went back last
    double origin_percent_ = 0;
    Time seen_; ///< when the last progress was made
    double percent_ = 0;
    std::optional<Time> end_; ///< expected, smoothed
};

} // namespace escher
