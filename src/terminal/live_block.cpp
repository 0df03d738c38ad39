#include "terminal/live_block.hpp"

#include "core/duration.hpp"
#include "core/id_text.hpp"
#include "core/text.hpp"
#include "os/host.hpp"
#include "terminal/escape.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace escher {

namespace {

constexpr std::size_t bar_width = 12;
constexpr std::size_t name_width = 16;

std::string bar(double percent)
{
    const auto filled =
        static_cast<std::size_t>(std::clamp(percent, 0.0, 100.0) / 100 * static_cast<double>(bar_width));
    return '[' + std::string(filled, '#') + std::string(bar_width - filled, '-') + ']';
}

} // namespace

std::string live_line(const LiveJob& job, Time now, int width)
{
    const auto columns = static_cast<std::size_t>(std::max(width, 1));
    std::string name = fit(escape_for_terminal(job.name), name_width);
    name.resize(name.size() + name_width - columns_of(name), ' ');
    std::string line = fmt::format("{:>6}  {}  ", fmt::format("#{}", number_of(job.id)), name);
    if (job.state != JobState::running) {
        line += text_of(job.state);
        if (!job.reason.empty())
            line += ": " + escape_for_terminal(job.reason);
        return fit(line, columns);
    }
    if (job.progress)
        line += fmt::format("{} {:>3.0f}%  ", bar(job.progress->percent), job.progress->percent);
    if (job.started_at)
        line += describe_duration(std::chrono::floor<std::chrono::seconds>(
            std::max(now - *job.started_at, Duration::zero()))); // milliseconds only flicker
    if (job.left)
        line += fmt::format(", about {} left", describe_duration(std::chrono::ceil<std::chrono::seconds>(*job.left)));
    if (job.progress && !job.progress->text.empty())
        line += "  " + escape_for_terminal(job.progress->text);
    return fit(line, columns);
}

std::vector<std::string> live_lines(std::span<const LiveJob> jobs, Time now, int width, int height)
{
    const auto room = static_cast<std::size_t>(std::max(height, 1));
    const std::size_t shown = jobs.size() <= room ? jobs.size() : room - 1;
    std::vector<std::string> lines;
    for (const LiveJob& job : jobs.first(shown))
        lines.push_back(live_line(job, now, width));
    if (shown < jobs.size())
        lines.push_back(fit(fmt::format("        and {} more", jobs.size() - shown),
                            static_cast<std::size_t>(std::max(width, 1))));
    return lines;
}

LiveBlock::~LiveBlock()
{
    try {
        wipe();
    } catch (...) { // a display left standing harms nobody
    }
}

std::string LiveBlock::erasure() const
{
    return drawn_ == 0 ? std::string() : fmt::format("\x1b[{}A\r\x1b[J", drawn_);
}

void LiveBlock::show(std::span<const std::string> lines)
{
    std::string text = erasure();
    for (const std::string& line : lines)
        text += line + '\n';
    drawn_ = lines.size();
    if (!text.empty())
        write_(text); // in one piece, so that it does not flicker
}

void LiveBlock::print_above(const std::string& line)
{
    const std::string text = erasure() + line + '\n';
    drawn_ = 0;
    write_(text);
}

void LiveBlock::wipe()
{
    const std::string text = erasure();
    drawn_ = 0;
    if (!text.empty())
        write_(text);
}

bool can_redraw()
{
    return os::environment_variable("TERM").value_or("") != "dumb";
}

void write_narration(const std::string& text) noexcept
{
    std::size_t done = 0;
    while (done < text.size()) {
        const ssize_t written = ::write(STDERR_FILENO, text.data() + done, text.size() - done);
        if (written < 0 && errno != EINTR)
            return;
        if (written > 0)
            done += static_cast<std::size_t>(written);
    }
}

} // namespace escher
