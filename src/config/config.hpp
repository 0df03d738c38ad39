#pragma once

#include <escher/error.hpp>
#include <escher/policy.hpp>
#include <escher/schedule.hpp>

#include <filesystem>
#include <functional>

namespace escher {

enum class Journal { wal, rollback };
enum class RunMode { cron, automatic };
enum class LogLevel { error, warning, info, debug };
enum class CgroupUse { automatic, off, require }; ///< run.cgroup
enum class CommandsKey { automatic, listed, any }; ///< security.commands; "auto" is decided from the file modes

struct DatabaseConfig {
    std::filesystem::path path;
    Journal journal = Journal::wal;
    Duration busy_timeout = std::chrono::seconds(10);
    std::string table_prefix;
};

struct RunConfig {
    RunMode mode = RunMode::cron;
    std::filesystem::path state; ///< the private place: default_state()
    std::filesystem::path lock; ///< default: run.lock in the private place
    std::filesystem::path wake; ///< default: wake beside the database
    int concurrency = 0; ///< default: the number of processors
    std::optional<double> max_load; ///< of one minute; none: not looked at
    Duration shutdown_grace = std::chrono::seconds(10);
    CgroupUse cgroup = CgroupUse::automatic;
};

struct OutputConfig {
    std::filesystem::path directory; ///< default: output in the private place
    std::int64_t max_bytes = 16 * 1024 * 1024;
};

struct LogConfig {
    std::string target = "stderr"; ///< "stderr", "syslog" or an absolute path
    LogLevel level = LogLevel::warning;
};

/// The whole config, validated: every path absolute, every reference resolved, every default filled in.
struct Config {
    std::filesystem::path file; ///< empty: there is none, these are the built-in defaults
    DatabaseConfig database;
    RunConfig run;
    Policies policies; ///< `commands` holds `listed` until security.commands = "auto" has been decided
    CommandsKey commands = CommandsKey::automatic;
    std::optional<Duration> aging; ///< defaults.aging
    std::vector<Schedule> schedules; ///< by name
    OutputConfig output;
    Retention retention;
    LogConfig log;
    std::shared_ptr<const void> sources; ///< what it was read from; kept, since a tick need never free it
};

/// What loading needs from outside, so that it is a function of its arguments.
struct ConfigContext {
    std::function<std::optional<std::string>(const std::string&)> environment; ///< getenv
    std::function<std::shared_ptr<const Zone>(const std::string&)> zone; ///< null: no such zone
    std::string host; ///< seeds `~` in cron expressions
    int processors = 1;
    bool root = false; ///< strict about who may write the config
};

/// Finds the config: `given` (-c), else $ESCHER_CRON_CONFIG, else the person's file if it exists, else
/// `system_file` if it exists. None: there is no config; a file that was named but does not exist is returned too.
[[nodiscard]] std::optional<std::filesystem::path> find_config(const std::optional<std::string>& given,
                                                               const std::filesystem::path& system_file,
                                                               const ConfigContext& context);

/// Reads and validates `file` and the *.toml of conf.d beside it, in the order of their names. None: the defaults,
/// under $XDG_STATE_HOME/escher-cron. Throws Error{config} whose text has every error on a line of its own, each as
/// "file:line:column: what is wrong and what to write instead".
[[nodiscard]] Config load_config(const std::optional<std::filesystem::path>& file, const ConfigContext& context);

} // namespace escher
