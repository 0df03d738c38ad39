#include "cli/commands/entries.hpp"
#include "cli/context.hpp"
#include "cli/steering.hpp"
#include "core/id_text.hpp"
#include "core/text.hpp"
#include "os/user.hpp"

namespace escher::cli {

int run_cancel(Context& context, const Arguments& arguments)
{
    const std::string reason = arguments.value("reason").value_or("cancelled by " + os::user_name());
    Store& store = context.session.store(Access::write);
    const Time now = context.session.now();
    return steer_each(context, store, arguments.positional, "cancel", [&](JobId job) -> Steered {
        const std::string which = "job " + to_text(job);
        const CancelResult result = store.cancel(job, reason, now);
        switch (result) {
        case CancelResult::cancelled:
            return {true, text_of(result), which + " is cancelled"};
        case CancelResult::requested:
            return {true, text_of(result), which + " is running: its tick stops it within a second"};
        case CancelResult::already_finished:
            return {true, text_of(result), which + " has ended already"};
        case CancelResult::no_such_job:
            break;
        }
        return {false, text_of(result), "there is no job " + to_text(job)};
    });
}

} // namespace escher::cli
