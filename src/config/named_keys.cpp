#include "config/keys.hpp"
#include "config/quantity.hpp"

namespace escher {

namespace {

using namespace std::chrono_literals;
using Value = TomlValue;

constexpr int most_at_once = 10'000;

void read_queue_concurrency(Reader& reader, Value value, Queue& queue)
{
    if (Reader::is_word(value, "none"))
        return;
    std::int64_t count = 0;
    reader.integer(value, 1, most_at_once, "none", count);
    if (count != 0)
        queue.limits.concurrency = static_cast<int>(count);
}

void read_rate(Reader& reader, Value value, Queue& queue)
{
    // Every start within the window is looked at when a job is chosen.
    constexpr Rate most{100'000, 24h * 7};
    if (Reader::is_word(value, "none"))
        return;
    const auto rate = value.kind() == Value::Kind::text ? parse_rate(value.text()) : std::nullopt;
    if (!rate)
        return reader.complain_value(value, "a count in a time (s, min, h, d, or a duration) such as \"60/min\" or "
                                            "\"100/15m\", or \"none\"");
    if (rate->count > most.count || rate->per > most.per)
        return reader.complain_value(value, "at most 100000 in at most 7d");
    queue.limits.rate = rate;
}

void read_task_user(Reader& reader, Value value, Task& task)
{
    std::string user;
    reader.text(value, user);
    if (user.empty())
        return;
    if (!reader.privileged())
        return reader.complain(value.position(), "'user' may only be set in a config that belongs to root: "
                                                 "only root can run jobs as somebody else");
    task.user = user;
}

void read_input(Reader& reader, Value value, Task& task)
{
    // Unlike all other text it may hold NUL: it is data.
    if (value.kind() != Value::Kind::text)
        return reader.complain_kind(value, "text in quotes");
    if (!value.text().empty())
        task.input = value.text();
}

void read_task_input(Reader& reader, Value value, Task& task)
{
    if (Reader::is_word(value, "job"))
        task.takes_input = true;
    else
        read_input(reader, value, task);
}

void read_queues(Reader& reader, Value value, Task& task)
{
    reader.texts(value, R"(["mail", "bulk"])", task.queues);
    for (std::size_t i = 0; i < task.queues.size(); ++i)
        if (const auto wrong = check_section_name(task.queues[i]);
            !wrong.empty() && value.element(i).kind() == Value::Kind::text)
            reader.complain(value.element(i).position(), "queue '" + quotable(task.queues[i]) + "': " + wrong);
}

void read_task_environment(Reader& reader, Value value, Task& task)
{
    reader.text_table(value, "variable", check_variable, task.environment);
}

constexpr auto queue_entries = std::to_array<Key<Queue>>({
    {"concurrency", R"("none")", "jobs of this queue that run at once; none: only run.concurrency limits it",
     read_queue_concurrency},
    {"rate", R"("none")", "starts in any such time: \"10/s\", \"60/min\", \"500/h\", \"100/15m\"", read_rate},
    {"concurrency_per_key", "1", "jobs with the same concurrency key (add --key) that run at once",
     [](Reader& r, Value v, Queue& q) { r.integer(v, 1, most_at_once, q.limits.per_key); }},
});

constexpr auto task_entries = std::to_array<Key<Task>>({
    {"argv", "", "the program and its arguments; {name} stands for a parameter; no shell is involved",
     [](Reader& r, Value v, Task& t) { r.argv(v, t.argv); }},
    {"params", "{}",
     "the parameters and the pattern (an ECMAScript regular expression) that the whole of each must match",
     [](Reader& r, Value v, Task& t) { r.text_table(v, "parameter", check_parameter_name, t.params); }},
    {"environment", "{}", "variables beyond [environment]", read_task_environment},
    {"stdin", R"("")", "what the job reads, may hold parameters; \"job\": what the job itself brings",
     read_task_input},
    {"stdin_max", R"("1MiB")", "with stdin = \"job\": what a job may bring",
     [](Reader& r, Value v, Task& t) { r.size(v, 1, {}, t.max_input); }},
    {"queues", "[]", "beside its own: queues that a job may name where others can write the database", read_queues},
    {"user", R"("")", "as run.user, for this task", read_task_user},
});

// The most frequent first: there may be ten thousand schedules.
constexpr auto schedule_entries = std::to_array<Key<ScheduleDraft>>({
    {"cron", "", "when: five fields as in crontab(5), or @daily and the like",
     [](Reader&, Value v, ScheduleDraft& d) { d.cron = v; }},
    {"every", "", "instead of cron: elapsed time between runs, at least 1m",
     [](Reader& r, Value v, ScheduleDraft& d) {
         d.every = v;
         auto period = Duration(1min);
         r.duration(v, 1min, 24h * 3650, {}, period);
         d.schedule.recurrence = Every{period};
     }},
    {"timezone", R"("local")", "an IANA name such as \"Europe/Berlin\", \"UTC\", or \"local\"",
     [](Reader&, Value v, ScheduleDraft& d) { d.timezone = v; }},
    {"argv", "", "what to run, taken as it stands: braces mean nothing here",
     [](Reader& r, Value v, ScheduleDraft& d) {
         d.argv = v;
         r.argv(v, d.task.argv);
     }},
    {"task", "", "instead of argv: the name of a [task.NAME], which also has the policy",
     [](Reader& r, Value v, ScheduleDraft& d) {
         d.calls = v;
         r.text(v, d.schedule.call.task);
     }},
    {"params", "{}", "values for the parameters of the task",
     [](Reader& r, Value v, ScheduleDraft& d) {
         d.params = v;
         r.text_table(v, "parameter", check_parameter_name, d.schedule.call.params);
     }},
    {"catch_up", R"("latest")",
     "after missed ticks: \"latest\" (one run for all), \"none\", \"all\" (each, at most 1000)",
     [](Reader& r, Value v, ScheduleDraft& d) { r.word(v, d.schedule.catch_up); }},
    {"deadline", R"("none")", "a run that could only start later than this after its due time is skipped",
     [](Reader& r, Value v, ScheduleDraft& d) {
         if (Reader::is_word(v, "none"))
             return;
         auto deadline = Duration::zero();
         r.duration(v, 1s, 24h * 3650, "none", deadline);
         if (deadline != Duration::zero())
             d.schedule.deadline = deadline;
     }},
    {"overlap", R"("skip")",
     "while its last job is unfinished: \"skip\", \"queue\" (one waits), \"allow\", \"replace\" (cancel it)",
     [](Reader& r, Value v, ScheduleDraft& d) { r.word(v, d.schedule.overlap); }},
    {"jitter", R"("0s")", "up to this is added to each due time, always the same on one host",
     [](Reader& r, Value v, ScheduleDraft& d) { r.duration(v, 0s, 24h, {}, d.schedule.jitter); }},
    {"enabled", "true", "false: nothing is created, nothing is remembered as missed",
     [](Reader& r, Value v, ScheduleDraft& d) { r.boolean(v, d.schedule.enabled); }},
    {"environment", "{}", "with argv: variables beyond [environment]",
     [](Reader& r, Value v, ScheduleDraft& d) { read_task_environment(r, v, d.task); }},
    {"stdin", R"("")", "with argv: what the job reads",
     [](Reader& r, Value v, ScheduleDraft& d) { read_input(r, v, d.task); }},
    {"user", R"("")", "with argv: as run.user",
     [](Reader& r, Value v, ScheduleDraft& d) { read_task_user(r, v, d.task); }},
});

} // namespace

std::span<const Key<Queue>> queue_keys()
{
    return queue_entries;
}

std::span<const Key<Task>> task_keys()
{
    return task_entries;
}

std::span<const Key<ScheduleDraft>> schedule_keys()
{
    return schedule_entries;
}

} // namespace escher
