#include "config/keys.hpp"
#include "config/quantity.hpp"
#include "core/job_limits.hpp"

namespace escher {

namespace {

using namespace std::chrono_literals;
using Value = TomlValue;

constexpr Duration longest_backoff = 24h;

/// Sets `to` if `value` is a duration within the bounds.
void read_duration(Reader& reader, Value value, Duration least, Duration most, std::string_view or_word,
                   std::optional<Duration>& to)
{
    constexpr Duration unset(-1);
    auto duration = unset;
    reader.duration(value, least, most, or_word, duration);
    if (duration != unset)
        to = duration;
}

void read_integer(Reader& reader, Value value, int least, int most, std::optional<int>& to)
{
    auto number = least - 1;
    reader.integer(value, least, most, number);
    if (number >= least)
        to = number;
}

void read_queue(Reader& reader, Value value, PolicyOverrides& policy)
{
    std::string name;
    reader.text(value, name);
    if (value.kind() != Value::Kind::text)
        return;
    if (const auto wrong = check_section_name(name); !wrong.empty())
        return reader.complain(value.position(), "queue '" + quotable(name) + "': " + wrong);
    policy.queue = name;
}

void read_timeout(Reader& reader, Value value, PolicyOverrides& policy)
{
    if (Reader::is_word(value, "none")) {
        policy.timeout = std::optional<Duration>();
        return;
    }
    std::optional<Duration> timeout;
    read_duration(reader, value, 1ms, JobLimits::timeout, "none", timeout);
    if (timeout)
        policy.timeout = timeout;
}

void read_backoff(Reader& reader, Value value, PolicyOverrides& policy)
{
    constexpr std::size_t most = 100;
    std::vector<Duration> waits;
    const auto add = [&](Value element) {
        std::optional<Duration> wait;
        read_duration(reader, element, 0s, longest_backoff, {}, wait);
        waits.push_back(wait.value_or(0s));
    };
    if (value.kind() != Value::Kind::array) {
        add(value);
    } else {
        if (value.size() > most)
            return reader.complain(value.position(), "'backoff' has more than 100 elements: the last one repeats");
        for (std::size_t i = 0; i < value.size(); ++i)
            add(value.element(i));
    }
    policy.backoff = std::move(waits);
}

void read_jitter(Reader& reader, Value value, PolicyOverrides& policy)
{
    constexpr auto expected = "a percentage from 0 to 100 such as \"10%\"";
    if (value.kind() == Value::Kind::integer)
        return read_integer(reader, value, 0, 100, policy.jitter_percent);
    const auto percent = value.kind() == Value::Kind::text ? parse_percent(value.text()) : std::nullopt;
    if (!percent || *percent > 100)
        return reader.complain_value(value, expected);
    policy.jitter_percent = percent;
}

void read_nice(Reader& reader, Value value, PolicyOverrides& policy)
{
    read_integer(reader, value, -20, 19, policy.nice);
    if (policy.nice.value_or(0) < 0 && !reader.privileged())
        reader.complain(value.position(), "'nice' below 0 needs root: only a config that belongs to root may set it");
}

void read_umask(Reader& reader, Value value, PolicyOverrides& policy)
{
    const auto mask = value.kind() == Value::Kind::text ? parse_umask(value.text()) : std::nullopt;
    if (!mask)
        return reader.complain_value(value, "an octal number in quotes such as \"022\"");
    policy.umask = mask;
}

void read_directory(Reader& reader, Value value, PolicyOverrides& policy)
{
    // The home of whoever the job runs as, which need not be the one who wrote the config.
    if (Reader::is_word(value, "~")) {
        policy.directory = "";
        return;
    }
    std::filesystem::path directory;
    reader.path(value, directory);
    if (!directory.empty())
        policy.directory = directory.string();
}

void read_limits(Reader& reader, Value value, PolicyOverrides& policy)
{
    if (value.kind() != Value::Kind::table)
        return reader.complain_kind(value, "a table such as { memory = \"512MiB\" }");
    read_entries(reader, value, "defaults.limits", {}, [&](std::string_view key, Position, Value entry) {
        return read_key(limit_keys(), reader, key, entry, policy.limits);
    });
}

void read_count_limit(Reader& reader, Value value, std::int64_t least, std::optional<std::uint64_t>& to)
{
    if (Reader::is_word(value, "inherit"))
        return;
    std::int64_t count = 0;
    reader.integer(value, least, 1'000'000'000, "inherit", count);
    if (count != 0)
        to = static_cast<std::uint64_t>(count);
}

constexpr auto limit_entries = std::to_array<Key<ResourceLimits>>({
    {"memory", R"("inherit")", "address space of each process (RLIMIT_AS), such as \"512MiB\"",
     [](Reader& r, Value v, ResourceLimits& l) {
         if (Reader::is_word(v, "inherit"))
             return;
         std::int64_t bytes = 0;
         r.size(v, 1024 * 1024, "inherit", bytes);
         if (bytes != 0)
             l.memory_bytes = static_cast<std::uint64_t>(bytes);
     }},
    {"cpu_time", R"("inherit")", "processor time of each process (RLIMIT_CPU), such as \"10m\"",
     [](Reader& r, Value v, ResourceLimits& l) {
         if (Reader::is_word(v, "inherit"))
             return;
         auto time = Duration::zero();
         r.duration(v, 1s, 24h * 3650, "inherit", time);
         if (time != Duration::zero())
             l.cpu_time = std::chrono::ceil<std::chrono::seconds>(time);
     }},
    {"open_files", R"("inherit")", "descriptors of each process (RLIMIT_NOFILE)",
     [](Reader& r, Value v, ResourceLimits& l) { read_count_limit(r, v, 4, l.open_files); }},
    {"processes", R"("inherit")", "processes of the job's user, all of them together (RLIMIT_NPROC)",
     [](Reader& r, Value v, ResourceLimits& l) { read_count_limit(r, v, 1, l.processes); }},
});

constexpr auto policy_entries = std::to_array<Key<PolicyOverrides>>({
    {"queue", R"("default")", "the queue that jobs go to", read_queue},
    {"priority", "0", "lower runs first, as in nice",
     [](Reader& r, Value v, PolicyOverrides& p) {
         read_integer(r, v, -JobLimits::priority, JobLimits::priority, p.priority);
     }},
    {"timeout", R"("none")", "how long a run may take; then TERM, and KILL after kill_after", read_timeout},
    {"kill_after", R"("30s")", "from TERM to KILL, at a timeout and when a job is cancelled",
     [](Reader& r, Value v, PolicyOverrides& p) { read_duration(r, v, 0s, 24h, {}, p.kill_after); }},
    {"retries", "0", "attempts beyond the first; without any, nothing runs twice",
     [](Reader& r, Value v, PolicyOverrides& p) { read_integer(r, v, 0, JobLimits::retries, p.retries); }},
    {"backoff", "[]",
     "waits before the retries, the last one repeats: [\"1m\", \"10m\"]; none: 15 + n^4 seconds, at most 24 h",
     read_backoff},
    {"jitter", R"("10%")", "of the backoff, added at random, so that failures do not come back all at once",
     read_jitter},
    {"leftovers", R"("kill")", "what happens to processes left when a job's main process has ended; or \"allow\"",
     [](Reader& r, Value v, PolicyOverrides& p) {
         auto leftovers = Leftovers::kill;
         r.word(v, leftovers);
         p.leftovers = leftovers;
     }},
    {"nice", "0", "from 19 (gives way to all) to -20; below 0 only in a config of root's", read_nice},
    {"umask", R"("022")", "of the job, octal", read_umask},
    {"directory", R"("~")", "where a job starts; \"~\" is the home directory of its user", read_directory},
    {"limits", "", "see [defaults.limits]", read_limits},
});

} // namespace

std::span<const Key<PolicyOverrides>> policy_keys()
{
    return policy_entries;
}

std::span<const Key<ResourceLimits>> limit_keys()
{
    return limit_entries;
}

} // namespace escher
