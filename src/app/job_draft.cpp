#include "app/job_draft.hpp"

#include "app/argument_limits.hpp"
#include "app/find_job.hpp"
#include "app/input_file.hpp"
#include "app/read_value.hpp"
#include "core/duration.hpp"
#include "core/job_limits.hpp"
#include "core/policy.hpp"
#include "core/row_rules.hpp"
#include "core/task_call.hpp"
#include "core/utf8.hpp"
#include "os/random_token.hpp"

#include <escher/error.hpp>

#include <algorithm>

namespace escher {

namespace {

std::string checked_word(const std::string& label, const std::string& text, std::size_t most)
{
    const auto refuse = [&](const std::string& what) { throw Error(ErrorKind::usage, label + ": " + what); };
    if (text.empty())
        refuse("is empty: write something, or leave the option away");
    if (text.size() > most)
        refuse("is longer than " + std::to_string(most) + " bytes");
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t length = character_length(std::string_view(text).substr(at));
        const auto byte = static_cast<unsigned char>(text[at]);
        if (length == 0 || byte < 0x20 || byte == 0x7f)
            refuse("holds a control character or is not UTF-8");
        at += length;
    }
    return text;
}

std::vector<std::string> split_at_commas(const std::string& text)
{
    std::vector<std::string> parts;
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(text.find(',', begin), text.size());
        parts.push_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return parts;
}

} // namespace

const std::vector<std::string>& JobDraft::options()
{
    static const std::vector<std::string> all = {"task",  "name",      "queue",   "priority", "at",
                                                 "in",    "timeout",   "retries", "unique",   "key",
                                                 "after", "after-any", "stdin"};
    return all;
}

bool JobDraft::set(const std::string& option, const std::string& text)
{
    const std::string label = dashes_ + option;
    if (option == "task") {
        task_ = checked_word(label, text, JobLimits::word);
    } else if (option == "name") {
        job_.name = checked_word(label, text, JobLimits::text);
    } else if (option == "queue") {
        queue_ = checked_word(label, text, JobLimits::word);
    } else if (option == "priority") {
        priority_ = static_cast<int>(read_number(label, text, -JobLimits::priority, JobLimits::priority));
    } else if (option == "at" || option == "in") {
        if (job_.run_at)
            throw Error(ErrorKind::usage, dashes_ + "at and " + dashes_ + "in exclude each other: write one of them");
        job_.run_at = option == "at" ? read_time(label, text, now_, *zone_) : now_ + read_duration(label, text);
    } else if (option == "timeout") {
        job_.timeout = read_duration(label, text);
        if (job_.timeout <= Duration(0))
            throw Error(ErrorKind::usage, label + ": must be longer than 0; leave it away for the policy's");
        if (job_.timeout > JobLimits::timeout)
            throw Error(ErrorKind::usage, label + ": must be at most " + describe_duration(JobLimits::timeout));
    } else if (option == "retries") {
        job_.retries = static_cast<int>(read_number(label, text, 0, JobLimits::retries));
    } else if (option == "unique") {
        job_.unique_key = checked_word(label, text, JobLimits::text);
    } else if (option == "key") {
        job_.concurrency_key = checked_word(label, text, JobLimits::text);
    } else if (option == "after") {
        after_.push_back(text);
    } else if (option == "after-any") {
        after_any_.push_back(text);
    } else if (option == "stdin") {
        job_.input = read_input(label, text);
    } else {
        return false;
    }
    return true;
}

void JobDraft::set_param(const std::string& key, const std::string& value)
{
    if (key.empty())
        throw Error(ErrorKind::usage, dashes_ + "param: write KEY=VALUE");
    if (!params_.emplace(key, value).second)
        throw Error(ErrorKind::usage, dashes_ + "param: '" + key + "' is given twice");
}

void JobDraft::check_work() const
{
    if (argv_ && task_)
        throw Error(ErrorKind::usage, "a job has a command or a task, not both");
    if (!task_ && (!argv_ || argv_->empty()))
        throw Error(ErrorKind::usage, dashes_.empty() ? "there is neither 'command' nor 'task'"
                                                      : "what is to be run? Write '-- COMMAND [ARG...]' or '--task "
                                                        "NAME'");
    if (!task_ && !params_.empty())
        throw Error(ErrorKind::usage, dashes_ + "param: only a task takes parameters");
}

Work JobDraft::take_work()
{
    check_work();
    if (task_)
        return TaskCall{std::move(*task_), std::move(params_)};
    return Command{std::move(*argv_)};
}

void JobDraft::add_dependencies(const std::vector<std::string>& texts, bool any_end, Checks& checks)
{
    const std::string label = dashes_ + (any_end ? "after-any" : "after");
    for (const std::string& text : texts)
        for (const std::string& word : split_at_commas(text)) {
            if (word.empty())
                throw Error(ErrorKind::usage, label + ": '" + text + "' is no list of ids: write 17 or 17,18");
            const auto id = find_job(checks.store, word);
            if (!id || (!checks.known.contains(*id) && !checks.store.find(*id)))
                throw Error(ErrorKind::bad_data, label + ": there is no job " + word);
            checks.known.insert(*id);
            const auto same = [&](const Dependency& other) { return other.needs == *id; };
            if (std::ranges::none_of(job_.after, same))
                job_.after.push_back({*id, any_end});
        }
}

NewJob JobDraft::finish(Checks& checks) &&
{
    job_.work = take_work();
    const bool own_command = std::holds_alternative<Command>(job_.work);
    try {
        const Invocation invocation = resolve(checks.policies, job_.work);
        check_argument_limits(invocation.argv);
        check_queue(checks.policies, job_.work, queue_);
        (void)take_input(checks.policies, invocation.task, invocation.input, job_.input);
        if (invocation.task != nullptr)
            check_task_of_schedule(checks.policies, invocation.task->name, job_.schedule);
    } catch (const RejectedJob& rejected) {
        const bool forbidden = own_command && checks.policies.commands != CommandTrust::any;
        throw Error(forbidden ? ErrorKind::permission : ErrorKind::bad_data, rejected.what());
    }
    const Intake otherwise = intake_of(checks.policies, job_.work);
    job_.queue = queue_.value_or(otherwise.queue);
    job_.priority = priority_.value_or(otherwise.priority);
    add_dependencies(after_, false, checks);
    add_dependencies(after_any_, true, checks);
    job_.created_by = checks.created_by;
    // Before anything is stored: what a creator holds, it can ask for, whatever becomes of the answer.
    job_.token = os::random_token();
    return std::move(job_);
}

} // namespace escher
