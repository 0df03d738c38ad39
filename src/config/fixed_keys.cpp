#include "config/keys.hpp"
#include "config/words.hpp"
#include "core/table_prefix.hpp"

#include <cmath>

namespace escher {

namespace {

using namespace std::chrono_literals;
using Value = TomlValue;

void read_prefix(Reader& reader, Value value, Config& config)
{
    std::string prefix;
    reader.text(value, prefix);
    if (!is_table_prefix(prefix))
        return reader.complain_value(value, table_prefix_rule);
    config.database.table_prefix = prefix;
}

void read_mode(Reader& reader, Value value, Config& config)
{
    if (Reader::is_word(value, "ping"))
        return reader.complain(value.position(), "'mode' \"ping\" is not available in this version: "
                                                 "use \"cron\" or \"automatic\"");
    reader.word(value, config.run.mode);
}

void read_concurrency(Reader& reader, Value value, Config& config)
{
    if (Reader::is_word(value, "processors"))
        return;
    std::int64_t count = 0;
    reader.integer(value, 1, 10'000, "processors", count);
    config.run.concurrency = static_cast<int>(count);
}

void read_max_load(Reader& reader, Value value, Config& config)
{
    constexpr double highest = 1'000'000;
    constexpr auto expected = "a number above 0 such as 4.0, or \"none\"";
    if (Reader::is_word(value, "none"))
        return;
    double load = 0;
    if (value.kind() == Value::Kind::integer)
        load = static_cast<double>(value.integer());
    else if (value.kind() == Value::Kind::real)
        load = value.real();
    else
        return reader.complain_value(value, expected);
    if (!(load > 0 && load <= highest))
        return reader.complain(value.position(), std::string("'max_load' must be ") + expected);
    config.run.max_load = load;
}

void read_user(Reader& reader, Value value, Config& config)
{
    std::string user;
    reader.text(value, user);
    if (user.empty())
        return;
    if (!reader.privileged())
        return reader.complain(value.position(), "'user' may only be set in a config that belongs to root: "
                                                 "only root can run jobs as somebody else");
    config.policies.user = user;
}

void read_inherit(Reader& reader, Value value, Config& config)
{
    std::vector<std::string> variables;
    reader.texts(value, "[\"LANG\", \"TZ\"]", variables);
    if (value.kind() != Value::Kind::array)
        return;
    for (std::size_t i = 0; i < variables.size(); ++i) {
        const auto element = value.element(i);
        if (element.kind() != Value::Kind::text)
            continue;
        if (const auto wrong = check_variable(variables[i]); !wrong.empty())
            reader.complain(element.position(), "variable '" + quotable(variables[i]) + "': " + wrong);
        else if (const auto inherited = reader.context().environment(variables[i]))
            config.policies.environment.emplace(variables[i],
                                                *inherited); // `set` wins, in whatever order they are read
    }
}

void read_age(Reader& reader, Value value, std::optional<Duration>& to)
{
    if (Reader::is_word(value, "forever")) {
        to.reset();
        return;
    }
    auto age = to.value_or(Duration::zero());
    reader.duration(value, 0s, 24h * 36'500, "forever", age);
    to = age;
}

void read_keep(Reader& reader, Value value, Config& config)
{
    if (Reader::is_word(value, "all")) {
        config.retention.keep.reset();
        return;
    }
    auto count = config.retention.keep.value_or(0);
    reader.integer(value, 0, 1'000'000'000'000, "all", count);
    config.retention.keep = count;
}

void read_target(Reader& reader, Value value, Config& config)
{
    if (Reader::is_word(value, "stderr") || Reader::is_word(value, "syslog")) {
        config.log.target = value.text();
        return;
    }
    std::filesystem::path file;
    reader.path(value, file);
    if (!file.empty())
        config.log.target = file.string();
}

constexpr auto database_entries = std::to_array<Key<Config>>({
    {"path", R"("/var/lib/escher-cron/escher-cron.db")",
     "where the jobs live; an application's own SQLite file will do",
     [](Reader& r, Value v, Config& c) { r.path(v, c.database.path); }},
    {"journal", R"("wal")",
     "\"delete\" avoids the WAL bug of SQLite before 3.51.3, but readers and writers wait for each other",
     [](Reader& r, Value v, Config& c) { r.word(v, c.database.journal); }},
    {"busy_timeout", R"("10s")", "how long to wait for another writer before giving up",
     [](Reader& r, Value v, Config& c) { r.duration(v, 0s, 10min, {}, c.database.busy_timeout); }},
    {"table_prefix", R"("")", "put before the tables' names where they share an application's database", read_prefix},
});

constexpr auto run_entries = std::to_array<Key<Config>>({
    {"mode", R"("cron")", "\"automatic\": creating a job also starts a tick at once, without waiting for cron",
     read_mode},
    {"state", R"("/var/lib/escher-cron-private")",
     "what only the tick's user may reach (0700): lock and output; \"private\" beside a database that is elsewhere",
     [](Reader& r, Value v, Config& c) { r.path(v, c.run.state); }},
    {"lock", R"("/var/lib/escher-cron-private/run.lock")", "the tick lock; in run.state unless set",
     [](Reader& r, Value v, Config& c) { r.path(v, c.run.lock); }},
    {"wake", R"("/var/lib/escher-cron/wake")",
     "touched to wake the tick's user where the creator of a job is another one",
     [](Reader& r, Value v, Config& c) { r.path(v, c.run.wake); }},
    {"concurrency", R"("processors")",
     "jobs that run at once, over all queues; a number, or as many as there are processors", read_concurrency},
    {"max_load", R"("none")", "no job is started while the load average of one minute is above this", read_max_load},
    {"shutdown_grace", R"("10s")", "from TERM to KILL for the jobs when the tick itself is told to stop",
     [](Reader& r, Value v, Config& c) { r.duration(v, 0s, 1h, {}, c.run.shutdown_grace); }},
    {"cgroup", R"("auto")",
     "\"auto\": each run in a control group of its own where that can be had; \"require\": else no job starts; or "
     "\"off\"",
     [](Reader& r, Value v, Config& c) { r.word(v, c.run.cgroup); }},
    {"user", R"("")", "whom jobs run as; empty: the tick's own user; only in a config of root's", read_user},
});

constexpr auto environment_entries = std::to_array<Key<Config>>({
    {"inherit", "[]", "variables that jobs get from the tick; all else is built from nothing", read_inherit},
    {"set", "{}", "variables that every job gets",
     [](Reader& r, Value v, Config& c) { r.text_table(v, "variable", check_variable, c.policies.environment); }},
});

constexpr auto output_entries = std::to_array<Key<Config>>({
    {"directory", R"("/var/lib/escher-cron-private/output")",
     "where what jobs print is kept; in run.state unless set",
     [](Reader& r, Value v, Config& c) { r.path(v, c.output.directory); }},
    {"max_bytes", R"("16MiB")", "of each run; head and tail are kept, what is between is dropped",
     [](Reader& r, Value v, Config& c) { r.size(v, 4096, {}, c.output.max_bytes); }},
});

constexpr auto retention_entries = std::to_array<Key<Config>>({
    {"completed", R"("7d")", "how long completed jobs are kept, or \"forever\"",
     [](Reader& r, Value v, Config& c) { read_age(r, v, c.retention.completed); }},
    {"failed", R"("30d")", "how long failed and invalid jobs are kept",
     [](Reader& r, Value v, Config& c) { read_age(r, v, c.retention.failed); }},
    {"cancelled", R"("7d")", "how long cancelled jobs are kept",
     [](Reader& r, Value v, Config& c) { read_age(r, v, c.retention.cancelled); }},
    {"keep", "100000", "finished jobs beyond the newest this many go whatever their age; \"all\" keeps them",
     read_keep},
});

constexpr auto log_entries = std::to_array<Key<Config>>({
    {"target", R"("stderr")", "\"stderr\" (cron mails it), \"syslog\", or a file", read_target},
    {"level", R"("warning")", "\"warning\" keeps a tick silent while all is well",
     [](Reader& r, Value v, Config& c) { r.word(v, c.log.level); }},
});

constexpr auto security_entries = std::to_array<Key<Config>>({
    {"commands", R"("auto")",
     "\"listed\": only [task]s; \"any\": commands of jobs too; \"auto\": any if nobody else can write the database",
     [](Reader& r, Value v, Config& c) { r.word(v, c.commands); }},
});

constexpr auto defaults_entries = std::to_array<Key<Config>>({
    {"aging", R"("none")", "waiting this long improves a job's priority by one, so that none waits for ever",
     [](Reader& r, Value v, Config& c) {
         if (Reader::is_word(v, "none"))
             return;
         auto step = Duration::zero();
         r.duration(v, 1s, 24h * 365, "none", step);
         if (step != Duration::zero())
             c.aging = step;
     }},
});

constexpr auto section_list = std::to_array<FixedSection>({
    {"database", database_entries},
    {"run", run_entries},
    {"environment", environment_entries},
    {"output", output_entries},
    {"retention", retention_entries},
    {"log", log_entries},
    {"security", security_entries},
});

} // namespace

std::span<const FixedSection> fixed_sections()
{
    return section_list;
}

std::span<const Key<Config>> defaults_keys()
{
    return defaults_entries;
}

} // namespace escher
