#include "cli/once_display.hpp"

#include "cli/exit_status.hpp"
#include "core/duration.hpp"
#include "core/id_text.hpp"
#include "core/retry.hpp"
#include "core/text.hpp"
#include "core/time_text.hpp"
#include "core/zone.hpp"
#include "terminal/escape.hpp"
#include "terminal/render.hpp"

#include <escher/error.hpp>

#include <fmt/format.h>

#include <unistd.h>

#include <exception>

namespace escher::cli {

namespace {

/// Redrawing more often than this only flickers.
constexpr Duration redraw_pause = std::chrono::milliseconds(100);

/// `next` is what a job becomes by the end of a run.
Style style_of_end(JobState next)
{
    switch (next) {
    case JobState::completed:
        return Style::green;
    case JobState::retryable:
    case JobState::available:
        return Style::yellow;
    default:
        return Style::red;
    }
}

std::string title(const Claim& claim)
{
    return fmt::format("job {} ({})", number_of(claim.job.id), escape_for_terminal(claim.job.name));
}

} // namespace

std::string describe_run_time(Duration took)
{
    if (took < std::chrono::minutes(1))
        return fmt::format("{:.1f} s", static_cast<double>(took.count()) / 1000);
    return describe_duration(took);
}

std::string describe_end(const RunFinished& end)
{
    switch (end.next.state) {
    case JobState::completed:
        return "completed";
    case JobState::retryable:
        if (end.next.run_at)
            return fmt::format("will be retried in {}: {}",
                               describe_duration(std::max(*end.next.run_at - end.at, Duration::zero())),
                               describe(end.outcome));
        return fmt::format("will be retried: {}", describe(end.outcome));
    default:
        return fmt::format("{}: {}", text_of(end.next.state), describe(end.outcome));
    }
}

int exit_status_of(const TickReport& report, bool by_hand)
{
    if (report.stopped_by)
        return 128 + *report.stopped_by;
    if (report.held)
        return static_cast<int>(ExitStatus::config);
    if (by_hand && report.record.failed > 0)
        return static_cast<int>(ExitStatus::job_failed);
    return static_cast<int>(ExitStatus::ok);
}

OnceDisplay::OnceDisplay(Look look, bool quiet, Store* store, Clock now, LiveBlock::Write write)
    : look_(look), quiet_(quiet), store_(store), now_(std::move(now)), write_(std::move(write)), block_(write_)
{
}

TickEvents OnceDisplay::events()
{
    return {
        .started = [this](const Claim& claim) { on_start(claim); },
        .ended = [this](const Claim& claim, const RunFinished& end) { on_end(claim, end); },
        .warning = [this](const std::string& text) { on_warning(text); },
        .woke = [this] { on_wake(); },
    };
}

void OnceDisplay::finish()
{
    block_.wipe();
}

void OnceDisplay::line(const std::string& text)
{
    if (look_.terminal)
        block_.print_above(text);
    else
        write_(format_rfc3339(std::chrono::floor<std::chrono::seconds>(now_()), Zone::utc()) + ' ' + text + '\n');
}

void OnceDisplay::on_start(const Claim& claim)
{
    const Time now = now_();
    running_.insert_or_assign(claim.run, Running{claim, now, EtaEstimate(now), std::nullopt});
    if (quiet_)
        return;
    if (look_.terminal)
        drawn_at_.reset();
    else
        line(title(claim) + " started" + (claim.attempt > 1 ? fmt::format(", attempt {}", claim.attempt) : ""));
}

void OnceDisplay::on_end(const Claim& claim, const RunFinished& end)
{
    ended_.push_back({claim, end});
    ended_.back().claim.input.reset(); // it may be large and nobody asks for it any more
    Duration took{};
    if (const auto found = running_.find(claim.run); found != running_.end()) {
        took = std::max(end.at - found->second.since, Duration::zero());
        running_.erase(found);
    }
    if (quiet_)
        return;
    const Style style = style_of_end(end.next.state);
    line(fmt::format("{} {} after {}", title(claim),
                     styled(escape_for_terminal(describe_end(end)), style, look_.color), describe_run_time(took)));
    drawn_at_.reset();
}

void OnceDisplay::on_warning(const std::string& text)
{
    line(fmt::format("{} {}", styled("warning:", Style::yellow, look_.color), escape_for_terminal(text)));
    drawn_at_.reset();
}

void OnceDisplay::on_wake()
{
    if (quiet_ || !look_.terminal)
        return;
    const Time now = now_();
    if (drawn_at_ && now >= *drawn_at_ && now - *drawn_at_ < redraw_pause)
        return;
    drawn_at_ = now;
    read_progress();
    draw();
}

void OnceDisplay::read_progress()
{
    if (store_ == nullptr || running_.empty())
        return;
    try {
        for (auto& [run, shown] : running_) {
            const auto job = store_->find(shown.claim.job.id);
            if (!job || job->run != run || !job->progress)
                continue;
            shown.progress = job->progress;
            shown.estimate.observe(*job->progress);
        }
    } catch (const std::exception&) { // the display is not what a tick should fail for; the loop will meet it too
    }
}

void OnceDisplay::draw()
{
    const Time now = now_();
    std::vector<LiveJob> jobs;
    for (const auto& [run, shown] : running_)
        jobs.push_back({.id = shown.claim.job.id,
                        .name = shown.claim.job.name,
                        .state = JobState::running,
                        .started_at = shown.since,
                        .progress = shown.progress,
                        .left = shown.estimate.remaining(now),
                        .reason = {}});
    const TerminalSize size = terminal_size(STDERR_FILENO);
    block_.show(live_lines(jobs, now, size.columns - 1, size.rows - 1));
}

} // namespace escher::cli
