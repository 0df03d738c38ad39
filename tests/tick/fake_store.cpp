#include "tick/fake_store.hpp"

#include "core/job_limits.hpp"
#include "core/utf8.hpp"

#include <algorithm>
#include <cmath>

namespace escher::test {

namespace {

using std::chrono::hours;

[[noreturn]] void refuse(const std::string& why)
{
    throw Error(ErrorKind::bad_data, why);
}

bool is_text(std::string_view text)
{
    while (!text.empty()) {
        const auto length = character_length(text);
        if (length == 0 || text.front() == '\0')
            return false;
        text.remove_prefix(length);
    }
    return true;
}

/// As far as the contract tries it: no number beyond what a double holds, either.
bool is_json(const std::string& text)
{
    return text != "1e999" &&
           (text == "null" || text == "true" || text == "false" ||
            (!text.empty() && std::string_view("[{\"-0123456789").find(text.front()) != std::string_view::npos));
}

void check(const NewJob& job, const std::string& what)
{
    const auto bad = [&](const std::string& why) { refuse(what + " cannot be created: " + why); };
    const auto* command = std::get_if<Command>(&job.work);
    if (std::holds_alternative<Unrunnable>(job.work))
        bad("it names neither a command nor a task");
    if (command != nullptr && (command->argv.empty() || command->argv.front().empty() ||
                               !std::all_of(command->argv.begin(), command->argv.end(), is_text)))
        bad("its command cannot be run");
    if (!is_text(job.name) || job.queue.empty() || std::abs(job.priority) > 1'000'000)
        bad("its name, queue or priority");
    if (job.retries.value_or(0) < 0 || job.timeout.value_or(Duration(0)) < Duration(0) ||
        job.run_at.value_or(Time{}) < Time{})
        bad("it is less than nothing");
    if (!job.token.empty() &&
        (job.token.size() != 32 || job.token.find_first_not_of("0123456789abcdef") != std::string::npos))
        bad("its token is none");
}

std::string name_of(const Work& work)
{
    if (const auto* call = std::get_if<TaskCall>(&work))
        return call->task;
    const auto* command = std::get_if<Command>(&work);
    return command == nullptr ? "" : command->argv.front().substr(command->argv.front().rfind('/') + 1);
}

std::string number(JobId job)
{
    return std::to_string(static_cast<std::int64_t>(job));
}

} // namespace

FakeStore::FakeStore()
{
    static int made = 0;
    instance_ = "fake " + std::to_string(++made);
}

JobId FakeStore::add(Time now, const std::function<void(Job&)>& adjust)
{
    Job job;
    job.id = JobId{next_job_++};
    job.work = Command{{"/bin/true"}};
    job.name = "true";
    job.queue = "default";
    job.priority = 0;
    job.run_at = now;
    job.created_at = now;
    if (adjust)
        adjust(job);
    jobs[job.id] = job;
    has_changed = true;
    return job.id;
}

RunId FakeStore::add_running(Time now, const RunnerIdentity& runner, const std::function<void(Job&)>& adjust)
{
    const JobId id = add(now, adjust);
    return claim(jobs.at(id), runner, now).run;
}

std::vector<Created> FakeStore::create(std::span<const NewJob> asked, Time now)
{
    std::vector<Created> created;
    try {
        for (const auto& job : asked)
            created.push_back(insert(job, "job " + std::to_string(created.size() + 1), now));
    } catch (const Error&) {
        for (const auto& one : created)
            if (!one.existed) {
                jobs.erase(one.id);
                needs_.erase(one.id);
                inputs_.erase(one.id);
            }
        throw;
    }
    settle_dependants(now);
    return created;
}

Created FakeStore::insert(const NewJob& asked, const std::string& what, Time now)
{
    check(asked, what);
    for (const auto& [id, job] : jobs) {
        const bool same_key = !asked.unique_key.empty() && job.unique_key == asked.unique_key;
        if ((!asked.token.empty() && job.token == asked.token) || (same_key && !is_finished(job.state)))
            return {id, job.token, true};
    }
    for (const auto& dependency : asked.after)
        if (!jobs.contains(dependency.needs))
            refuse(what + " depends on job " + number(dependency.needs) + ", which does not exist");
    const auto id = add(now, [&](Job& job) {
        job.token = asked.token;
        if (job.token.empty()) {
            const auto digits = number(job.id);
            job.token = std::string(32 - digits.size(), 'f') + digits;
        }
        job.work = asked.work;
        job.name = asked.name.empty() ? name_of(asked.work) : asked.name;
        job.queue = asked.queue;
        job.priority = asked.priority;
        job.run_at = asked.run_at.value_or(now);
        job.state = job.run_at > now ? JobState::scheduled : JobState::available;
        job.timeout = asked.timeout;
        job.retries = asked.retries;
        job.created_by = asked.created_by;
        job.unique_key = asked.unique_key;
        job.concurrency_key = asked.concurrency_key;
        job.schedule = asked.schedule;
        job.nominal_at = asked.nominal_at;
    });
    auto& needs = needs_[id];
    for (const auto& dependency : asked.after) {
        const auto same = std::find_if(needs.begin(), needs.end(),
                                       [&](const Dependency& other) { return other.needs == dependency.needs; });
        if (same == needs.end())
            needs.push_back(dependency);
        else
            same->any_end = same->any_end && dependency.any_end;
    }
    jobs.at(id).waits_for = needs;
    if (asked.input)
        inputs_[id] = *asked.input;
    return {id, jobs.at(id).token, false};
}

void FakeStore::finish(Job& job, JobState state, Time now)
{
    job.state = state;
    job.finished_at = now;
    job.run.reset();
}

CancelResult FakeStore::cancel_one(JobId id, const std::string& reason, Time now)
{
    const auto found = jobs.find(id);
    if (found == jobs.end())
        return CancelResult::no_such_job;
    auto& job = found->second;
    if (is_finished(job.state))
        return CancelResult::already_finished;
    job.reason = reason;
    if (job.state == JobState::running) {
        job.cancel_requested_at = job.cancel_requested_at.value_or(now);
        return CancelResult::requested;
    }
    finish(job, JobState::cancelled, now);
    return CancelResult::cancelled;
}

CancelResult FakeStore::cancel(JobId job, const std::string& reason, Time now)
{
    const auto result = cancel_one(job, reason, now);
    settle_dependants(now);
    return result;
}

RetryResult FakeStore::retry(JobId id, Time now)
{
    const auto found = jobs.find(id);
    if (found == jobs.end())
        return RetryResult::no_such_job;
    auto& job = found->second;
    if (!is_finished(job.state))
        return RetryResult::still_unfinished;
    if (job.state == JobState::invalid)
        return RetryResult::invalid;
    for (const auto& [other_id, other] : jobs)
        if (!job.unique_key.empty() && other.unique_key == job.unique_key && !is_finished(other.state))
            refuse("job " + number(other_id) + " has its unique key");
    job.state = JobState::available;
    job.attempts = 0;
    job.run_at = now;
    job.reason.clear();
    job.finished_at.reset();
    job.cancel_requested_at.reset();
    job.waits_for.clear();
    for (const auto& need : needs_[id])
        if (const auto needed = jobs.find(need.needs); needed != jobs.end() && !is_finished(needed->second.state))
            job.waits_for.push_back(need);
    return RetryResult::queued;
}

bool FakeStore::set_progress(JobId job, RunId run, const Progress& progress)
{
    if (std::isnan(progress.percent))
        refuse("progress is no number");
    auto* held = holder(run);
    if (held == nullptr || held->id != job)
        return false;
    held->progress = progress;
    held->progress->percent = std::clamp(progress.percent, 0.0, 100.0);
    held->progress->text.resize(std::min(progress.text.size(), JobLimits::text));
    return true;
}

bool FakeStore::add_message(JobId job, const Message& message)
{
    const auto* held = message.run ? holder(*message.run) : nullptr;
    if (message.run ? held == nullptr || held->id != job : !jobs.contains(job))
        return false;
    auto& all = messages_[job];
    all.push_back(message);
    all.back().text.resize(std::min(message.text.size(), JobLimits::message));
    if (all.size() > JobLimits::messages)
        all.erase(all.begin());
    return true;
}

bool FakeStore::set_note(JobId job, RunId run, const Note& note)
{
    if (note.key.empty() || !is_json(note.value) || note.value.size() > JobLimits::note)
        refuse("a note is a key and JSON");
    const auto* held = holder(run);
    if (held == nullptr || held->id != job)
        return false;
    notes_[job][note.key] = note;
    return true;
}

std::vector<RunningJob> FakeStore::running_jobs(std::optional<HostId> host)
{
    std::vector<RunningJob> running;
    for (const auto& [id, job] : jobs)
        if (job.state == JobState::running && (!host || all_runs.at(*job.run).runner.host == *host))
            running.push_back({job, all_runs.at(*job.run)});
    std::sort(running.begin(), running.end(), [](const auto& a, const auto& b) {
        return std::pair(a.run.claimed_at, a.run.id) < std::pair(b.run.claimed_at, b.run.id);
    });
    return running;
}

std::vector<RunId> FakeStore::cancel_requests(std::optional<HostId> host)
{
    auto runs = to_cancel;
    for (const auto& [job, run] : running_jobs(host))
        if (job.cancel_requested_at)
            runs.push_back(run.id);
    return runs;
}

} // namespace escher::test
