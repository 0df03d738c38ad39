#include "app/inside_report.hpp"
#include "cli/commands/entries.hpp"
#include "cli/context.hpp"
#include "cli/option_values.hpp"
#include "core/id_text.hpp"
#include "core/text.hpp"
#include "os/host.hpp"

#include <escher/error.hpp>

#include <fmt/format.h>

#include <charconv>
#include <limits>

namespace escher::cli {

namespace {

/// Who speaks: the options, else the environment that a tick gives its jobs.
struct Speaker {
    JobId job{};
    RunId run{};
};

std::int64_t speaker_number(const Arguments& arguments, const std::string& option, const std::string& variable)
{
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
    if (const auto given = number_option(arguments, option, 1, most))
        return *given;
    const auto value = os::environment_variable(variable);
    if (!value || value->empty())
        throw Error(ErrorKind::usage,
                    fmt::format("this is for use inside a job, where ${} is set (or give --{})", variable, option));
    std::int64_t number = 0;
    const char* end = value->data() + value->size();
    const auto [stop, error] = std::from_chars(value->data(), end, number);
    if (error != std::errc() || stop != end || number < 1)
        throw Error(ErrorKind::usage, fmt::format("${} holds '{}', which is not an id", variable, *value));
    return number;
}

Speaker speaker(const Arguments& arguments)
{
    return {JobId{speaker_number(arguments, "job", "ESCHER_JOB_ID")},
            RunId{speaker_number(arguments, "run", "ESCHER_RUN_ID")}};
}

[[noreturn]] void throw_stale(const Speaker& who)
{
    throw Error(ErrorKind::not_found, fmt::format("run {} is not the current run of job {}: nothing was recorded",
                                                  to_text(who.run), to_text(who.job)));
}

} // namespace

int run_progress(Context& context, const Arguments& arguments)
{
    const Speaker who = speaker(arguments);
    const std::string& text = arguments.positional.at(0);
    const auto percent = parse_progress(text);
    if (!percent)
        throw Error(ErrorKind::usage,
                    fmt::format("'{}' is no progress: write a percentage from 0 to 100, or N/M like 3/8", text));
    const Progress progress{.percent = *percent,
                            .text = arguments.positional.size() > 1 ? arguments.positional[1] : "",
                            .at = context.session.now()};
    Store& store = context.session.store(Access::write);
    const auto job = store.find(who.job);
    if (!job || job->run != who.run)
        throw_stale(who);
    if (!tells_more(job->progress, progress))
        return 0;
    if (!store.set_progress(who.job, who.run, progress))
        throw_stale(who);
    return 0;
}

int run_message(Context& context, const Arguments& arguments)
{
    const Speaker who = speaker(arguments);
    const std::string word = arguments.value("level").value_or("info");
    const auto level = from_text<MessageLevel>(word);
    if (!level)
        throw Error(ErrorKind::usage, fmt::format("'{}' is no level: write debug, info, warning or error", word));
    const Message message{
        .run = who.run, .at = context.session.now(), .level = *level, .text = arguments.positional.at(0)};
    if (!context.session.store(Access::write).add_message(who.job, message))
        throw_stale(who);
    return 0;
}

int run_note(Context& context, const Arguments& arguments)
{
    const Speaker who = speaker(arguments);
    const Note note{
        .key = arguments.positional.at(0), .value = arguments.positional.at(1), .at = context.session.now()};
    if (!context.session.store(Access::write).set_note(who.job, who.run, note))
        throw_stale(who);
    return 0;
}

} // namespace escher::cli
