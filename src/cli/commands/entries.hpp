#pragma once

namespace escher::cli {

class Arguments;
struct Context;

// Each command's entry point: what it does with its parsed arguments. The value is the exit status.

int run_tick_command(Context& context, const Arguments& arguments);
int run_add(Context& context, const Arguments& arguments);
int run_list(Context& context, const Arguments& arguments);
int run_show(Context& context, const Arguments& arguments);
int run_log(Context& context, const Arguments& arguments);
int run_wait(Context& context, const Arguments& arguments);
int run_cancel(Context& context, const Arguments& arguments);
int run_retry(Context& context, const Arguments& arguments);
int run_progress(Context& context, const Arguments& arguments);
int run_message(Context& context, const Arguments& arguments);
int run_note(Context& context, const Arguments& arguments);
int run_next(Context& context, const Arguments& arguments);
int run_plan(Context& context, const Arguments& arguments);
int run_metrics(Context& context, const Arguments& arguments);
int run_status(Context& context, const Arguments& arguments);
int run_pause(Context& context, const Arguments& arguments);
int run_resume(Context& context, const Arguments& arguments);
int run_init(Context& context, const Arguments& arguments);
int run_check(Context& context, const Arguments& arguments);
int run_prune(Context& context, const Arguments& arguments);
int run_accept(Context& context, const Arguments& arguments);

} // namespace escher::cli
