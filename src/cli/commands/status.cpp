#include "cli/commands/entries.hpp"
#include "cli/context.hpp"
#include "cli/status_view.hpp"
#include "json/status_json.hpp"

namespace escher::cli {

int run_status(Context& context, const Arguments&)
{
    const StatusFacts facts = read_status(context.session, context.session.now());
    if (context.console.json)
        context.console.out(status_json(facts));
    else
        context.console.out(status_text(facts, context.look()));
    return 0;
}

} // namespace escher::cli
