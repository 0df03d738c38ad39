#include "app/history.hpp"
#include "cli/commands/entries.hpp"
#include "cli/context.hpp"
#include "core/id_text.hpp"
#include "tick/pruning.hpp"
#include "json/prune_json.hpp"

#include <escher/error.hpp>

#include <fmt/format.h>

#include <limits>

namespace escher::cli {

namespace {

void tell(Context& context, const std::vector<JobId>& gone, bool dry)
{
    if (context.console.json) {
        context.console.out(prune_json(gone, dry));
        return;
    }
    if (dry)
        for (const JobId job : gone)
            context.console.out(to_text(job) + '\n');
    context.console.narrate(fmt::format("{} finished job{} {}", gone.size(), gone.size() == 1 ? "" : "s",
                                        dry ? "would be deleted" : "deleted"));
}

} // namespace

int run_prune(Context& context, const Arguments& arguments)
{
    const bool dry = arguments.has("dry-run");
    const Config& config = context.session.config();
    const Time now = context.session.now();
    Store& store = context.session.store(dry ? Access::read : Access::write);
    std::vector<JobId> gone;
    if (dry) {
        for (const Expired& expired : prunable(store, config.retention, true, now, std::numeric_limits<int>::max()))
            gone.push_back(expired.job);
    } else {
        const PrivateView& view = context.session.private_view();
        if (const auto held = why_held(config, store, view))
            throw Error(ErrorKind::config, "nothing is pruned: " + *held);
        gone = prune_all(store, view.discard_output, config.retention, now);
    }
    tell(context, gone, dry);
    return 0;
}

} // namespace escher::cli
