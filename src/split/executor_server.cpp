#include "split/executor_server.hpp"

#include "core/id_text.hpp"
#include "core/output_name.hpp"
#include "core/policy.hpp"
#include "core/uuid.hpp"
#include "tick/launch.hpp"

#include <algorithm>
#include <iterator>

namespace escher::split {

namespace {

constexpr Duration longest_wait = std::chrono::hours(1);
constexpr std::size_t longest_name = 4096; ///< of a task or a parameter
constexpr std::size_t log_lines_at_least = 1000;
constexpr std::size_t log_lines_a_run = 10;

std::string cut(std::string text, std::size_t most)
{
    if (text.size() > most)
        text.resize(most);
    return text;
}

/// What `ask` returns, or the Error that it throws as an answer.
template<class Ask>
Reply answer(const Ask& ask)
try {
    return Reply(ask());
} catch (const Error& error) {
    return Failed{error.kind(), cut(error.what(), most_text)};
}

/// One word of the register's lines, which blanks part.
bool is_word(const std::string& text, std::size_t most)
{
    const auto is_plain = [](unsigned char c) { return c > ' ' && c < 0x7f; };
    return !text.empty() && text.size() <= most && std::ranges::all_of(text, is_plain);
}

bool is_named_shortly(const Work& work)
{
    const auto* call = std::get_if<TaskCall>(&work);
    return call == nullptr ||
           (call->task.size() <= longest_name &&
            std::ranges::all_of(call->params, [](const auto& param) { return param.first.size() <= longest_name; }));
}

RunEnded shortened(RunEnded end)
{
    if (auto* lost = std::get_if<Lost>(&end.outcome))
        lost->message = cut(std::move(lost->message), most_outcome_text);
    if (auto* failure = std::get_if<NotStarted>(&end.outcome))
        failure->message = cut(std::move(failure->message), most_outcome_text);
    return end;
}

/// decide_launch() of a claim that may hold anything: what a pattern costs, say, is no reason to leave the jobs alone.
std::variant<Launch, RunRejected> decide(const Config& config, const Claim& claim, Time now)
try {
    return decide_launch(config, claim, now);
} catch (const std::exception& error) {
    return RunRejected{claim.run, std::string("it cannot be looked at: ") + error.what()};
}

} // namespace

ExecutorServer::ExecutorServer(ServerSetup setup) : setup_(std::move(setup)) {}

std::optional<Reply> ExecutorServer::handle(Request request)
{
    if (waits_until_)
        throw ProtocolError("a question before the last one was answered");
    if (goodbye_)
        throw ProtocolError("a question after the farewell");
    return std::visit([this](auto& one) { return serve(one); }, request);
}

Executor& ExecutorServer::begun() const
{
    if (!jobs_)
        throw ProtocolError("a question about jobs before the beginning");
    return *jobs_;
}

// --- what this host remembers of the database

std::optional<Reply> ExecutorServer::serve(LookUpSeen& request)
{
    if (!is_uuid(request.instance))
        return os::SeenRegister::Answer{}; // the tick will refuse it
    if (!instance_.empty() && request.instance != instance_)
        throw ProtocolError("a second database");
    return answer([&] {
        auto found = setup_.seen.look_up(request.instance);
        instance_ = request.instance;
        if (found.seen) {
            noted_ = *found.seen;
            started_ = std::max(started_, noted_.run);
        }
        return found;
    });
}

std::optional<Reply> ExecutorServer::serve(WriteSeen& request)
{
    Seen& seen = request.seen;
    if (instance_.empty() || seen.instance != instance_ || !is_word(seen.generation, 64) || seen.run < noted_.run ||
        seen.job < JobId{})
        throw ProtocolError("something to remember that cannot be so");
    return answer([&]() -> Done {
        seen.lock = setup_.seen.file;
        seen.machine = MachineMark{.boot = setup_.boot_id, .hardware = setup_.seen.hardware()};
        seen.at = setup_.now();
        setup_.seen.write(seen);
        noted_ = seen;
        return {};
    });
}

std::optional<Reply> ExecutorServer::serve(AskHold& /*request*/)
{
    return answer([&] { return setup_.seen.hold(); });
}

std::optional<Reply> ExecutorServer::serve(WriteHold& request)
{
    if (!is_word(request.hold.key, os::SeenRegister::hold_line_size / 2 + 20))
        throw ProtocolError("a hold that cannot be so");
    setup_.seen.write_hold(request.hold);
    return std::nullopt;
}

std::optional<Reply> ExecutorServer::serve(AskHardware& /*request*/)
{
    return answer([&] { return setup_.seen.hardware(); });
}

// --- jobs

std::optional<Reply> ExecutorServer::serve(Begin& /*request*/)
{
    if (jobs_ || instance_.empty())
        throw ProtocolError("a beginning where there is none");
    return answer([&]() -> Done {
        jobs_ = setup_.executor(instance_);
        return {};
    });
}

std::optional<Reply> ExecutorServer::serve(Start& request)
{
    static_cast<void>(begun());
    return Reply(start(request.claim));
}

/// What stands against it, whatever the config says of such a job.
std::optional<std::string> ExecutorServer::why_not_now(const Claim& claim) const
{
    if (!holds_lock_)
        return "another tick has the lock";
    if (jobs_->running() >= static_cast<std::size_t>(std::max(setup_.config.run.concurrency, 0)))
        return "as many jobs run as run.concurrency allows";
    if (claim.run <= started_)
        return "run " + to_text(claim.run) + " may have been started before";
    if (claim.run > noted_.run)
        return "run " + to_text(claim.run) + " has not been written down";
    const auto is_of_job = [&](const auto& live) { return live.second.job == claim.job.id; };
    if (std::ranges::any_of(live_, is_of_job))
        return "job " + to_text(claim.job.id) + " runs already";
    return std::nullopt;
}

StartResult ExecutorServer::start(Claim& claim)
{
    if (claim.run <= RunId{} || claim.job.id <= JobId{} || claim.attempt < 1)
        return Refused{"no job, run or attempt has such a number"}; // a row can have any
    if (const auto why = why_not_now(claim))
        return CannotStart{*why};
    started_ = claim.run;
    if (!is_named_shortly(claim.job.work))
        return Refused{"the name of its task or of a parameter is longer than any"};
    claim.job.run = claim.run;
    claim.job.attempts = claim.attempt;
    auto decision = decide(setup_.config, claim, setup_.now());
    if (const auto* rejected = std::get_if<RunRejected>(&decision))
        return Refused{cut(rejected->reason, most_outcome_text), rejected->state};
    auto& [spec, policy] = std::get<Launch>(decision);
    int* served = nullptr;
    if (!claim.job.schedule.empty() && !rows_are_believed(setup_.config.policies)) {
        served = &served_[DueTime(claim.job.schedule, claim.job.nominal_at)];
        if (*served > policy.retries)
            return Refused{"this tick has started what schedule '" + claim.job.schedule +
                           "' runs as often for that due time as its attempts allow"};
    }
    tell_outer_runs(spec, setup_.outer_runs(instance_));
    StartResult result = jobs_->start(spec, claim);
    if (auto* failure = std::get_if<NotStarted>(&result))
        failure->message = cut(std::move(failure->message), most_outcome_text);
    if (!std::holds_alternative<Started>(result))
        return result;
    if (served != nullptr)
        ++*served;
    ++starts_;
    live_.emplace(claim.run, Live{.job = claim.job.id, .kill_after = policy.kill_after});
    if (jobs_->stop_signal())
        jobs_->stop(claim.run, setup_.config.run.shutdown_grace, true);
    return result;
}

std::optional<Reply> ExecutorServer::serve(Wait& request)
{
    static_cast<void>(begun());
    const auto at_most = std::clamp(request.at_most, Duration::zero(), longest_wait);
    waits_until_ = os::after(std::chrono::steady_clock::now(), at_most);
    return std::nullopt;
}

void ExecutorServer::note_ended(std::vector<RunEnded> ended)
{
    for (auto& end : ended) {
        if (const auto live = live_.find(end.run); live != live_.end())
            live->second.ended = true;
        ended_.push_back(shortened(std::move(end)));
    }
}

std::optional<Reply> ExecutorServer::due(os::SteadyTime now)
{
    const bool stop_is_news = jobs_ && jobs_->stop_signal() && !told_to_stop_;
    if (!waits_until_ || (ended_.empty() && !stop_is_news && now < *waits_until_))
        return std::nullopt;
    waits_until_.reset();
    told_to_stop_ = told_to_stop_ || stop_is_news;
    Waited waited;
    const auto end = ended_.begin() + static_cast<std::ptrdiff_t>(std::min(ended_.size(), most_ended));
    waited.ended.assign(std::move_iterator(ended_.begin()), std::move_iterator(end));
    ended_.erase(ended_.begin(), end);
    waited.stop_signal = jobs_->stop_signal();
    try {
        waited.holds_lock = still_ours();
    } catch (const Error&) {
        // It will ask, and hear it.
    }
    return waited;
}

std::optional<Reply> ExecutorServer::serve(Stop& request)
{
    if (const auto live = live_.find(request.run); live != live_.end())
        begun().stop(request.run, request.by_shutdown ? setup_.config.run.shutdown_grace : live->second.kill_after,
                     request.by_shutdown);
    return std::nullopt;
}

void ExecutorServer::stop_all()
{
    for (const auto& [run, live] : live_)
        jobs_->stop(run, setup_.config.run.shutdown_grace, true);
}

std::optional<Reply> ExecutorServer::serve(Release& request)
{
    const auto live = live_.find(request.run);
    if (live == live_.end() || !live->second.ended)
        return std::nullopt;
    jobs_->release(request.run);
    live_.erase(live);
    return std::nullopt;
}

std::optional<Reply> ExecutorServer::serve(Examine& request)
{
    return begun().examine(request.run);
}

std::optional<Reply> ExecutorServer::serve(KillRemains& request)
{
    // Of this database and this host by our own record: the numbers of a run and of an instance are anybody's to write.
    try {
        if (!begun().owns(request.run.id) && setup_.was_executed(request.run, instance_))
            jobs_->kill_remains(request.run);
    } catch (const Error& error) { // nobody waits for an answer, and it is asked again
        setup_.log(LogLevel::warning, error.what());
    }
    return std::nullopt;
}

std::optional<Reply> ExecutorServer::serve(DiscardOutput& request)
{
    if (request.runs.size() > most_names)
        throw ProtocolError("more names of outputs than go into one message");
    std::vector<std::string> names;
    for (const auto& [job, run] : request.runs)
        if (job > JobId{} && run > RunId{} && !live_.contains(run))
            names.push_back(output_name(job, run));
    try {
        begun().discard_output(names);
    } catch (const Error& error) { // nobody waits for an answer, and they are discarded again with the next pruning
        setup_.log(LogLevel::warning, error.what());
    }
    return std::nullopt;
}

// --- the lock

bool ExecutorServer::still_ours()
{
    holds_lock_ = holds_lock_ && setup_.lock.still_ours();
    return holds_lock_;
}

std::optional<Reply> ExecutorServer::serve(AskLock& /*request*/)
{
    return answer([&] { return still_ours(); });
}

std::optional<Reply> ExecutorServer::serve(ReleaseLock& /*request*/)
{
    release_lock();
    return std::nullopt;
}

void ExecutorServer::release_lock()
{
    if (std::exchange(holds_lock_, false))
        setup_.lock.release();
}

std::optional<Reply> ExecutorServer::serve(RetakeLock& /*request*/)
{
    return answer([&] { return holds_lock_ = holds_lock_ || setup_.lock.retake(); });
}

// --- the rest

std::optional<Reply> ExecutorServer::serve(Log& request)
{
    const std::size_t most = log_lines_at_least + log_lines_a_run * starts_;
    if (log_lines_ > most) // what is left out does not count: with more jobs there is room for more
        return std::nullopt;
    if (log_lines_ < most)
        setup_.log(request.level, cut(std::move(request.text), most_text));
    else
        setup_.log(LogLevel::warning, "more is told than can be so of the jobs of this tick: the rest is left out");
    ++log_lines_;
    return std::nullopt;
}

std::optional<Reply> ExecutorServer::serve(Goodbye& request)
{
    if (request.status < 0 || request.status > 255)
        throw ProtocolError("an exit status that there is not");
    goodbye_ = std::move(request);
    if (goodbye_->error)
        goodbye_->error->second = cut(std::move(goodbye_->error->second), most_text);
    return std::nullopt;
}

} // namespace escher::split
