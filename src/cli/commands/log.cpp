#include "app/find_job.hpp"
#include "app/output_reader.hpp"
#include "cli/commands/entries.hpp"
#include "cli/context.hpp"
#include "cli/option_values.hpp"
#include "core/id_text.hpp"
#include "core/output_name.hpp"
#include "core/text.hpp"
#include "terminal/file_watch.hpp"
#include "terminal/piece_escaper.hpp"
#include "json/output_json.hpp"

#include <escher/error.hpp>

#include <fmt/format.h>

#include <optional>
#include <utility>

namespace escher::cli {

namespace {

/// `log` prints output only: messages are in `show`.
class Log {
public:
    Log(Context& context, JobId job) : context_(context), store_(context.session.store(Access::read)), job_(job) {}

    /// The index of the run meant; `number` counts from 1, or back from -1.
    std::size_t run_index(std::int64_t number) const
    {
        const auto runs = store_.runs(job_);
        const auto count = static_cast<std::int64_t>(runs.size());
        if (runs.empty())
            throw Error(
                ErrorKind::not_found,
                fmt::format("job {} has no output: it {}; 'escher-cron show {}' tells why, and 'log -f' waits "
                            "for it",
                            to_text(job_), is_finished(state()) ? "never ran" : "has not run yet", to_text(job_)));
        const std::int64_t index = number > 0 ? number - 1 : count + number;
        if (index < 0 || index >= count)
            throw Error(ErrorKind::not_found, fmt::format("job {} has {} run{}: there is no run {}", to_text(job_),
                                                          count, count == 1 ? "" : "s", number));
        return static_cast<std::size_t>(index);
    }

    void print(std::size_t index)
    {
        OutputReader reader = reader_of(run_at(index));
        PieceEscaper escaper;
        reader.read(sink(escaper));
        context_.console.out(escaper.rest());
    }

    /// Prints run after run until the job has finished; `only`: until this run has ended.
    void follow(std::optional<std::size_t> only)
    {
        std::size_t index = only ? *only : first_to_follow();
        do {
            follow_run(index);
            ++index;
        } while (!only && wait_for_run(index));
    }

    std::string json(std::size_t index) const
    {
        const Run run = run_at(index);
        std::string text;
        std::int64_t dropped = 0;
        reader_of(run).read({.text = [&](std::string_view piece) { text += piece; },
                             .dropped =
                                 [&](std::int64_t bytes) {
                                     dropped += bytes;
                                     text += dropped_marker(bytes);
                                 }});
        return output_json(run, text, dropped);
    }

private:
    JobState state() const
    {
        const auto job = store_.find(job_);
        if (!job)
            throw Error(ErrorKind::not_found, "there is no job " + to_text(job_) + " any more");
        return job->state;
    }

    Run run_at(std::size_t index) const
    {
        auto runs = store_.runs(job_);
        if (index >= runs.size())
            throw Error(ErrorKind::not_found, fmt::format("the run of job {} was undone", to_text(job_)));
        return std::move(runs[index]);
    }

    OutputReader reader_of(const Run& run) const
    {
        return OutputReader(context_.session.private_view().open_output(run));
    }

    OutputReader::Sink sink(PieceEscaper& escaper) const
    {
        return {.text =
                    [this, &escaper](std::string_view piece) {
                        context_.console.out(context_.console.out_terminal ? escaper.escape(piece)
                                                                           : std::string(piece));
                    },
                .dropped = [this](std::int64_t bytes) { context_.console.out(dropped_marker(bytes)); }};
    }

    /// The newest run, or the one to come.
    std::size_t first_to_follow()
    {
        const std::size_t count = store_.runs(job_).size();
        if (count > 0)
            return count - 1;
        if (!wait_for_run(0))
            run_index(-1); // throws: it never ran
        return 0;
    }

    /// Blocks until the job's run of this index is there. False: the job has finished without it.
    bool wait_for_run(std::size_t index)
    {
        FileWatch watch;
        watch.add(context_.session.config().database.path.parent_path());
        bool told = false;
        for (;;) {
            const bool finished = is_finished(state()); // before the runs, or one could begin and end in between
            if (store_.runs(job_).size() > index)
                return true;
            if (finished)
                return false;
            if (!std::exchange(told, true))
                context_.console.narrate(fmt::format("job {} is {}: waiting for its {}", to_text(job_),
                                                     text_of(state()), index == 0 ? "start" : "next attempt"));
            wait_for_commit(watch);
        }
    }

    void follow_run(std::size_t index)
    {
        const Run run = run_at(index);
        FileWatch watch;
        watch.add(context_.session.config().database.path.parent_path());
        watch.add(context_.session.config().output.directory / output_name(run));
        // The file comes a moment after the claim, and goes again if nothing could be executed.
        std::optional<OutputReader> reader;
        PieceEscaper escaper;
        for (;;) {
            const auto runs = store_.runs(job_);
            const bool undone = index >= runs.size() || runs[index].id != run.id;
            const bool ended = undone || runs[index].ended_at.has_value();
            if (!reader && !undone)
                reader = try_open(run, ended);
            if (reader)
                reader->read(sink(escaper));
            if (ended)
                break;
            watch.wait(look_interval);
        }
        context_.console.out(escaper.rest());
    }

    /// `must`: the run has ended, so its file will not appear any more.
    std::optional<OutputReader> try_open(const Run& run, bool must) const
    {
        try {
            return reader_of(run);
        } catch (const Error& error) {
            if (must || error.kind() != ErrorKind::not_found)
                throw;
            return std::nullopt;
        }
    }

    void wait_for_commit(FileWatch& watch)
    {
        do {
            watch.wait(look_interval);
        } while (!store_.changed());
    }

    Context& context_;
    Store& store_;
    JobId job_;
};

} // namespace

int run_log(Context& context, const Arguments& arguments)
{
    const Job job = require_job(context.session.store(Access::read), arguments.positional.at(0));
    const auto number = number_option(arguments, "run", -1'000'000, 1'000'000);
    if (number == 0)
        throw Error(ErrorKind::usage, "--run: runs are counted from 1, or back from -1");
    Log log(context, job.id);
    if (context.console.json)
        context.console.out(log.json(log.run_index(number.value_or(-1))));
    else if (arguments.has("follow"))
        log.follow(number ? std::optional(log.run_index(*number)) : std::nullopt);
    else
        log.print(log.run_index(number.value_or(-1)));
    return 0;
}

} // namespace escher::cli
