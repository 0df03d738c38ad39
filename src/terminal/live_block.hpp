#pragma once

#include <escher/job.hpp>

#include <functional>
#include <span>
#include <string>
#include <vector>

namespace escher {

/// What a live display says of one job.
struct LiveJob {
    JobId id{};
    std::string name;
    JobState state = JobState::running;
    std::optional<Time> started_at;
    std::optional<Progress> progress;
    std::optional<Duration> left; ///< estimate
    std::string reason; ///< why it waits
};

/// One line on it, at most `width` columns wide, safe for a terminal.
[[nodiscard]] std::string live_line(const LiveJob& job, Time now, int width);

/// Lines for all of them, at most `height`; what does not fit is counted on the last one.
[[nodiscard]] std::vector<std::string> live_lines(std::span<const LiveJob> jobs, Time now, int width, int height);

/// Lines at the bottom of a terminal that are redrawn in place.
class LiveBlock {
public:
    using Write = std::function<void(const std::string&)>;

    explicit LiveBlock(Write write) : write_(std::move(write)) {}
    LiveBlock(const LiveBlock&) = delete;
    LiveBlock& operator=(const LiveBlock&) = delete;
    ~LiveBlock();

    void show(std::span<const std::string> lines);
    void print_above(const std::string& line); ///< the block vanishes until it is shown again
    void wipe();

private:
    [[nodiscard]] std::string erasure() const;

    Write write_;
    std::size_t drawn_ = 0; ///< lines
};

/// False on a terminal without cursor movement ($TERM is "dumb").
[[nodiscard]] bool can_redraw();

/// Writes to stderr at once; a display that cannot be written is no failure of what it displays.
void write_narration(const std::string& text) noexcept;

} // namespace escher
