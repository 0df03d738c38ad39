#include "app/plan.hpp"
#include "app/history.hpp"
#include "app/unsupervised.hpp"
#include "cli/commands/entries.hpp"
#include "cli/context.hpp"
#include "cli/option_values.hpp"
#include "cli/plan_view.hpp"
#include "core/time_text.hpp"
#include "os/host.hpp"
#include "json/plan_json.hpp"

namespace escher::cli {

int run_plan(Context& context, const Arguments& arguments)
{
    const Config& config = context.session.config();
    const Time now = context.session.now();
    const Time at = time_option(arguments, "at", now, context.session.zone()).value_or(now);
    const auto copy = context.session.copy_of_store();
    const PrivateView& view = context.session.private_view();
    const PlanWorld world{
        .runner = RunnerIdentity{.process = os::own_identity(), .mark = 0},
        .host = os::host_name(),
        .boot_id = os::boot_id(),
        .held = why_held(config, *copy, view),
        .load = config.run.max_load ? os::known_load() : 0,
        .clock = [&context](Time time) { return format_local(time, context.session.zone()); },
        .unsupervised = [&view](const Run& run) { return why_unsupervised(run, view.mark_lives); },
    };
    const Plan plan = make_plan(*copy, config, world, at);
    for (const std::string& warning : plan.warnings)
        context.console.warn(warning);
    if (context.console.json) {
        context.console.out(plan_json(plan));
        return 0;
    }
    if (plan.jobs.empty() && plan.occurrences.empty())
        context.console.narrate("a tick would have nothing to do");
    context.console.out(plan_text(plan, context.look()));
    return 0;
}

} // namespace escher::cli
