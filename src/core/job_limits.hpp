#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace escher {

/// How much one job may be, bring and leave behind: the same wherever it comes from, be it the command line, the config or
/// a row of plain SQL. Sizes are in bytes. The schema and escher-cron-db(7) say the same; a test sees to it.
struct JobLimits {
    /// Name, keys, creator, progress text, the key of a note: what stands in indexes and on lines.
    static constexpr std::size_t text = 1024;

    /// What names something of the config: queue, task, schedule. As a file name.
    static constexpr std::size_t word = 255;

    /// The command or the parameters, as JSON. execve(2) takes about as much, with the usual limit of the stack.
    static constexpr std::size_t work = 2 * 1024 * 1024;

    /// One argument: MAX_ARG_STRLEN of Linux, which counts the NUL at its end; no header of user space has it.
    static constexpr std::size_t argument = 128 * 1024 - 1;

    /// Stdin. What is larger is better named by a path than copied through a database.
    static constexpr std::size_t input = 64 * 1024 * 1024;

    /// Either side of 0.
    static constexpr int priority = 1'000'000;

    /// Each attempt is a row and a file. With the usual backoff these take three years.
    static constexpr int retries = 1000;

    /// Charged to a job over all its life. Less than the schema allows by one, so that the claim can count.
    static constexpr int attempts = 999'999'999;

    /// Of one run.
    static constexpr std::chrono::hours timeout{24 * 3650};

    /// The end of the year 9999, in milliseconds since 1970: what calendars can write.
    static constexpr std::int64_t latest_time = 253'402'300'799'999;

    // What one job may leave behind: a flood costs the oldest messages, and is refused for notes.
    static constexpr std::size_t message = 64 * 1024;
    static constexpr int messages = 1000;
    static constexpr std::size_t note = 1024 * 1024;
    static constexpr int notes = 1000;
};

} // namespace escher
