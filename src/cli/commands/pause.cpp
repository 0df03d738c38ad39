#include "cli/commands/entries.hpp"
#include "cli/context.hpp"
#include "cli/option_values.hpp"
#include "core/suggest.hpp"
#include "core/time_text.hpp"
#include "os/user.hpp"
#include "terminal/escape.hpp"
#include "json/pause_json.hpp"

#include <escher/error.hpp>

namespace escher::cli {

namespace {

/// The queue meant; empty: every queue.
std::string queue_argument(const Arguments& arguments)
{
    if (arguments.positional.empty())
        return {};
    const std::string& queue = arguments.positional.front();
    if (queue.empty())
        throw Error(ErrorKind::usage, "a queue has a name; leave it out to mean every queue");
    return queue;
}

std::string title(const std::string& queue)
{
    return queue.empty() ? "every queue" : "queue '" + escape_for_terminal(queue) + "'";
}

/// A pause of a queue that no job will ever be in helps nobody, but a job may name any queue: so only a hint.
void hint_at_unknown(Context& context, const std::string& queue)
{
    const Config& config = context.session.config();
    if (queue.empty() || config.policies.queues.contains(queue) || queue == config.policies.defaults.queue ||
        queue == "default")
        return;
    std::vector<std::string> known{"default"};
    for (const auto& [name, limits] : config.policies.queues)
        known.push_back(name);
    if (const std::string guess = did_you_mean(queue, known); !guess.empty())
        context.console.narrate("the config has no queue '" + escape_for_terminal(queue) + "'" + guess);
}

} // namespace

int run_pause(Context& context, const Arguments& arguments)
{
    const Time now = context.session.now();
    Pause pause{.queue = queue_argument(arguments),
                .since = now,
                .until = std::nullopt,
                .by = os::user_name(),
                .reason = arguments.value("reason").value_or("")};
    if (const auto span = duration_option(arguments, "for")) {
        if (*span <= Duration::zero())
            throw Error(ErrorKind::usage, "--for: a pause lasts longer than nothing");
        pause.until = now + *span;
    }
    hint_at_unknown(context, pause.queue);
    context.session.store(Access::write).pause(pause);
    context.console.narrate(
        title(pause.queue) + " is paused " +
        (pause.until ? "until " + format_local(*pause.until, context.session.zone()) : "until it is resumed") +
        "; jobs that run go on");
    if (context.console.json)
        context.console.out(pause_json(pause));
    return 0;
}

int run_resume(Context& context, const Arguments& arguments)
{
    const std::string queue = queue_argument(arguments);
    Store& store = context.session.store(Access::write);
    const bool was_paused = store.resume(queue);
    if (was_paused)
        context.console.narrate(title(queue) + (queue.empty() ? " may start jobs again, unless paused by its name"
                                                              : " may start jobs again"));
    else
        context.console.narrate(title(queue) + " was not paused");
    // The pause of every queue still holds this one.
    if (!queue.empty())
        for (const Pause& pause : store.occupancy(context.session.limits(), context.session.now()).pauses)
            if (pause.queue.empty())
                context.console.warn("every queue is paused: 'escher-cron resume' without a queue ends that");
    if (context.console.json)
        context.console.out(resume_json(queue, was_paused));
    return 0;
}

} // namespace escher::cli
