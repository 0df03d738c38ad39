#include "cli/log_sink.hpp"

#include "config/words.hpp"
#include "core/time_text.hpp"
#include "core/zone.hpp"
#include "os/host.hpp"
#include "terminal/escape.hpp"
#include "terminal/live_block.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <syslog.h>

#include <cerrno>
#include <cstring>
#include <exception>

namespace escher::cli {

namespace {

int syslog_priority(LogLevel level)
{
    switch (level) {
    case LogLevel::error:
        return LOG_ERR;
    case LogLevel::warning:
        return LOG_WARNING;
    case LogLevel::info:
        return LOG_INFO;
    case LogLevel::debug:
        return LOG_DEBUG;
    }
    return LOG_NOTICE;
}

} // namespace

std::string log_line(LogLevel level, const std::string& text, Time now, std::int64_t pid)
{
    return fmt::format("{} escher-cron[{}] {}: {}\n", format_rfc3339(now, Zone::utc()), pid, text_of(level),
                       escape_for_terminal(text));
}

LogSink::LogSink(const LogConfig& config, bool detached) : level_(config.level)
{
    if (config.target == "syslog" || (config.target == "stderr" && detached)) {
        target_ = Target::syslog;
        ::openlog("escher-cron", LOG_PID, LOG_CRON);
    } else if (config.target != "stderr") {
        file_.reset(
            ::open(config.target.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY, 0640));
        if (file_)
            target_ = Target::file;
        else
            write(LogLevel::warning, fmt::format("cannot open the log file '{}': {}; [log] target names it",
                                                 config.target, std::strerror(errno)));
    }
}

LogSink::~LogSink()
{
    if (target_ == Target::syslog)
        ::closelog();
}

void LogSink::write(LogLevel level, const std::string& text) noexcept
{
    if (level > level_)
        return;
    try {
        switch (target_) {
        case Target::standard_error:
            write_narration(fmt::format("escher-cron: {}{}\n", level == LogLevel::warning ? "warning: " : "",
                                        escape_for_terminal(text, true)));
            break;
        case Target::syslog:
            ::syslog(syslog_priority(level), "%s", escape_for_terminal(text).c_str());
            break;
        case Target::file: {
            const std::string line = log_line(level, text, os::wall_clock(), ::getpid());
            // One write with O_APPEND: lines of several ticks do not mix.
            if (::write(file_.get(), line.data(), line.size()) != static_cast<ssize_t>(line.size()))
                write_narration("escher-cron: cannot write to the log file: " + line);
            break;
        }
        }
    } catch (const std::exception&) { // no memory for a log line: the jobs matter more
    }
}

} // namespace escher::cli
