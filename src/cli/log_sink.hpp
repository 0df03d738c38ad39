#pragma once

#include "config/config.hpp"
#include "os/fd.hpp"

#include <string>

namespace escher::cli {

/// Where a tick reports to: [log]. What lies below log.level is dropped. At "warning", the default, a tick says only
/// what a person must act upon, so that cron has nothing to mail; "info" tells of each job's start and end.
class LogSink {
public:
    /// A file that cannot be opened is a warning on stderr, where everything goes then. `detached`: there is no
    /// stderr, so what is meant for it goes to syslog.
    LogSink(const LogConfig& config, bool detached);
    LogSink(const LogSink&) = delete;
    LogSink& operator=(const LogSink&) = delete;
    ~LogSink();

    void write(LogLevel level, const std::string& text) noexcept;

    /// True where stderr is the target, which main writes to as well.
    [[nodiscard]] bool is_stderr() const { return target_ == Target::standard_error; }

private:
    enum class Target { standard_error, syslog, file };

    LogLevel level_;
    Target target_ = Target::standard_error;
    os::Fd file_;
};

/// A line of a log file: "2026-11-24T06:00:00Z escher-cron[PID] warning: TEXT", control characters escaped.
[[nodiscard]] std::string log_line(LogLevel level, const std::string& text, Time now, std::int64_t pid);

} // namespace escher::cli
