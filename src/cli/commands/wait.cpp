#include "cli/commands/wait.hpp"

#include "app/eta.hpp"
#include "app/find_job.hpp"
#include "app/job_facts.hpp"
#include "app/why.hpp"
#include "cli/commands/entries.hpp"
#include "cli/context.hpp"
#include "cli/exit_status.hpp"
#include "cli/option_values.hpp"
#include "core/duration.hpp"
#include "core/id_text.hpp"
#include "core/text.hpp"
#include "terminal/escape.hpp"
#include "terminal/file_watch.hpp"
#include "terminal/live_block.hpp"
#include "terminal/render.hpp"
#include "json/job_json.hpp"

#include <escher/error.hpp>

#include <fmt/format.h>

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <map>

namespace escher::cli {

namespace {

using Monotonic = std::chrono::steady_clock;

/// A busy database commits often; looking at it more often than this shows nothing that a person could read.
constexpr int look_pause_ms = 100;

std::string describe_finished(const Job& job, bool color)
{
    const bool well = job.state == JobState::completed;
    std::string text = fmt::format("job {} ({}) {}", to_text(job.id), escape_for_terminal(job.name),
                                   styled(text_of(job.state), well ? Style::green : Style::red, color));
    if (job.started_at && job.finished_at)
        text += " after " + describe_duration(std::max(*job.finished_at - *job.started_at, Duration::zero()));
    if (!job.reason.empty())
        text += ": " + escape_for_terminal(job.reason);
    return text;
}

class Waiting {
public:
    Waiting(Context& context, std::span<const JobId> jobs)
        : context_(context), store_(context.session.store(Access::read)),
          look_(context.console.narration_look(context.session.zone())),
          live_(look_.terminal && !context.console.quiet), block_(write_narration)
    {
        for (const JobId job : jobs)
            jobs_.try_emplace(job);
    }

    int run(std::optional<Duration> timeout)
    {
        FileWatch watch;
        watch.add(context_.session.config().database.path.parent_path());
        const auto begin = Monotonic::now();
        static_cast<void>(store_.changed());
        look();
        while (unfinished() > 0) {
            Duration pause = look_interval;
            if (timeout) {
                const auto left = *timeout - std::chrono::floor<Duration>(Monotonic::now() - begin);
                if (left <= Duration::zero())
                    throw_timed_out(*timeout);
                pause = std::min(pause, left);
            }
            watch.wait(pause);
            if (store_.changed()) {
                look();
                ::poll(nullptr, 0, look_pause_ms);
            } else {
                draw();
            }
        }
        block_.wipe();
        return failed_ ? static_cast<int>(ExitStatus::job_failed) : static_cast<int>(ExitStatus::ok);
    }

private:
    struct Waited {
        std::optional<Job> job; ///< as seen last
        std::optional<Time> started;
        std::optional<EtaEstimate> estimate; ///< of the run that began at `started`
        std::string reason; ///< why it waits
    };

    std::size_t unfinished() const
    {
        return static_cast<std::size_t>(std::count_if(jobs_.begin(), jobs_.end(), [](const auto& entry) {
            return !entry.second.job || !is_finished(entry.second.job->state);
        }));
    }

    [[noreturn]] void throw_timed_out(Duration timeout)
    {
        block_.wipe();
        std::string which;
        for (const auto& [id, waited] : jobs_)
            if (waited.job && !is_finished(waited.job->state))
                which +=
                    fmt::format("{}job {} is {}", which.empty() ? "" : ", ", to_text(id), text_of(waited.job->state));
        throw Error(ErrorKind::busy, fmt::format("gave up after {}: {}", describe_duration(timeout), which));
    }

    void look()
    {
        for (auto& [id, waited] : jobs_) {
            if (waited.job && is_finished(waited.job->state))
                continue; // how it ended is known; a retry by hand is another story
            auto job = store_.find(id);
            if (!job)
                throw Error(ErrorKind::not_found, waited.job ? fmt::format("job {} was deleted", to_text(id))
                                                             : fmt::format("there is no job {}", to_text(id)));
            follow_progress(waited, *job);
            waited.job = std::move(job);
            if (is_finished(waited.job->state))
                finish(*waited.job);
        }
        explain();
        draw();
    }

    /// Why those that wait do so; for the display only.
    void explain()
    {
        if (!live_)
            return;
        std::optional<Why> why;
        for (auto& [id, waited] : jobs_) {
            waited.reason.clear();
            if (waited.job->state == JobState::running || is_finished(waited.job->state))
                continue;
            if (!why)
                why.emplace(context_.session, store_, context_.session.now());
            waited.reason = why->reason_of(*waited.job);
        }
    }

    static void follow_progress(Waited& waited, const Job& job)
    {
        // The start is recorded a moment after the claim; until then the one of the attempt before may stand there.
        const auto started = job.run ? job.started_at : std::nullopt;
        if (started != waited.started) {
            waited.started = started;
            waited.estimate.reset();
            if (started)
                waited.estimate.emplace(*started);
        }
        if (waited.estimate && job.progress)
            waited.estimate->observe(*job.progress);
    }

    void finish(const Job& job)
    {
        failed_ = failed_ || job.state != JobState::completed;
        const std::string text = describe_finished(job, live_ && look_.color);
        if (live_)
            block_.print_above(text);
        else
            context_.console.narrate(text);
    }

    void draw()
    {
        if (!live_)
            return;
        const Time now = context_.session.now();
        std::vector<LiveJob> lines;
        for (const auto& [id, waited] : jobs_)
            if (waited.job && !is_finished(waited.job->state))
                lines.push_back({.id = id,
                                 .name = waited.job->name,
                                 .state = waited.job->state,
                                 .started_at = waited.job->started_at,
                                 .progress = waited.job->progress,
                                 .left = waited.estimate ? waited.estimate->remaining(now) : std::nullopt,
                                 .reason = waited.reason});
        const TerminalSize size = terminal_size(STDERR_FILENO);
        block_.show(live_lines(lines, now, size.columns - 1, size.rows - 1));
    }

    Context& context_;
    Store& store_;
    Look look_;
    bool live_;
    LiveBlock block_;
    std::map<JobId, Waited> jobs_;
    bool failed_ = false;
};

} // namespace

int wait_for_jobs(Context& context, std::span<const JobId> jobs, std::optional<Duration> timeout)
{
    return Waiting(context, jobs).run(timeout);
}

int run_wait(Context& context, const Arguments& arguments)
{
    Store& store = context.session.store(Access::read);
    std::vector<JobId> jobs;
    for (const std::string& text : arguments.positional)
        jobs.push_back(require_job(store, text).id);
    const int status = wait_for_jobs(context, jobs, duration_option(arguments, "timeout"));
    if (context.console.json) {
        const Time now = context.session.now();
        Why why(context.session, store, now);
        std::vector<JobFacts> facts;
        for (const JobId id : jobs)
            if (auto job = store.find(id))
                facts.push_back(job_facts(context.session, store, why, std::move(*job), now));
        context.console.out(jobs_json(facts, now));
    }
    return status;
}

} // namespace escher::cli
