#include "app/metrics_text.hpp"
#include "cli/commands/entries.hpp"
#include "cli/context.hpp"

namespace escher::cli {

int run_metrics(Context& context, const Arguments&)
{
    context.console.out(metrics_text(read_status(context.session, context.session.now())));
    return 0;
}

} // namespace escher::cli
