#include "app/job_text.hpp"

#include "core/ascii.hpp"
#include "core/duration.hpp"
#include "core/human_text.hpp"
#include "core/retry.hpp"

#include <algorithm>
#include <cmath>

namespace escher {

std::string shell_quoted(const std::string& word)
{
    const bool plain = !word.empty() && std::ranges::all_of(word, [](char c) {
        return is_digit(c) || is_letter(c) || std::string_view("-_./:=@%+,").find(c) != std::string_view::npos;
    });
    if (plain)
        return word;
    std::string quoted = "'";
    for (const char c : word) {
        if (c == '\'')
            quoted += "'\\''";
        else
            quoted += c;
    }
    return quoted + "'";
}

std::string describe(const Work& work)
{
    std::string text;
    if (const auto* command = std::get_if<Command>(&work)) {
        for (const std::string& argument : command->argv)
            text += (text.empty() ? "" : " ") + shell_quoted(argument);
    } else if (const auto* call = std::get_if<TaskCall>(&work)) {
        text = "task " + call->task;
        for (const auto& [key, value] : call->params)
            text += " " + key + "=" + shell_quoted(value);
    } else {
        text = "nothing that can be run: " + std::get<Unrunnable>(work).why;
    }
    return text;
}

std::string when(const Job& job, Time now)
{
    const auto since = [now](Time time) { return "for " + describe_duration(std::max(now - time, Duration(0))); };
    if (is_finished(job.state))
        return job.finished_at ? relative_time(*job.finished_at, now) : "";
    if (job.state == JobState::running)
        return job.started_at ? since(*job.started_at) : "starting";
    return job.run_at > now ? relative_time(job.run_at, now) : since(job.run_at);
}

std::string progress_text(const Job& job)
{
    if (!job.progress)
        return {};
    const auto percent = static_cast<int>(std::floor(std::clamp(job.progress->percent, 0.0, 100.0)));
    std::string text = std::to_string(percent) + " %";
    if (!job.progress->text.empty())
        text += ", " + job.progress->text;
    return text;
}

std::string describe(const JobPolicy& policy)
{
    std::string text = "no timeout";
    if (policy.timeout)
        text =
            "timeout " + format_duration(*policy.timeout) + ", then KILL after " + format_duration(policy.kill_after);
    if (policy.retries == 0) {
        text += "; no retries";
    } else {
        text += "; " + std::to_string(policy.retries) + (policy.retries == 1 ? " retry after " : " retries after ");
        constexpr int shown = 3;
        for (int attempt = 1; attempt <= std::min(policy.retries, shown); ++attempt)
            text += (attempt == 1 ? "" : ", ") + format_duration(backoff_after(attempt, policy, 0));
        if (policy.retries > shown)
            text += ", ...";
    }
    if (policy.nice != 0)
        text += "; nice " + std::to_string(policy.nice);
    if (policy.leftovers == Leftovers::allow)
        text += "; leftovers are allowed";
    return text;
}

} // namespace escher
