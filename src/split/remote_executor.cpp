#include "split/remote_executor.hpp"

#include "core/output_name.hpp"
#include "core/policy.hpp"

#include <algorithm>
#include <cerrno>

namespace escher::split {

namespace {

constexpr std::size_t around_a_job = std::size_t{1} << 20;
constexpr std::size_t any_job = std::size_t{300} << 20; ///< more than a row can hold
constexpr std::size_t any_boot_id = 64; ///< more than any has

/// A row can hold more in place of a boot id than goes into a message; that it is none is told by less.
Run sendable(Run run)
{
    for (auto* process : {&run.runner.process, run.process ? &*run.process : nullptr})
        if (process != nullptr && process->boot_id.size() > any_boot_id)
            process->boot_id.resize(any_boot_id);
    return run;
}

} // namespace

std::size_t most_request(const Config& config)
{
    if (rows_are_believed(config.policies))
        return any_job;
    std::int64_t most = 0;
    for (const auto& [name, task] : config.policies.tasks)
        if (task.takes_input)
            most = std::max(most, task.max_input);
    return around_a_job + std::min(static_cast<std::size_t>(most), any_job);
}

RemoteExecutor::RemoteExecutor(int socket, std::size_t most, FileMark lock_file)
    : socket_(socket), most_(most), lock_file_(lock_file)
{
}

void RemoteExecutor::tell(const Request& request) const
{
    send(socket_, encode(request));
}

template<class Answer>
Answer RemoteExecutor::ask(const Request& request) const
{
    return ask<Answer>(encode(request));
}

template<class Answer>
Answer RemoteExecutor::ask(const std::string& request) const
{
    send(socket_, request);
    for (;;) {
        if (const auto content = reader_.next()) {
            Reply reply = decode_reply(*content);
            if (auto* failed = std::get_if<Failed>(&reply))
                throw Error(failed->kind, failed->text);
            if (auto* answer = std::get_if<Answer>(&reply))
                return std::move(*answer);
            throw ProtocolError("an answer to something else");
        }
        if (reader_.await(socket_) == FrameReader::Input::closed)
            throw ProtocolError("the supervisor is gone");
    }
}

void RemoteExecutor::begin()
{
    static_cast<void>(ask<Done>(Begin{}));
}

StartResult RemoteExecutor::start(const LaunchSpec& /*spec*/, const Claim& claim)
{
    const std::string request = encode(Request(Start{claim}));
    if (request.size() > most_)
        return NotStarted{E2BIG, "the job brings more than any task of the config takes"};
    auto result = ask<StartResult>(request);
    if (std::holds_alternative<Started>(result)) {
        owned_.insert(claim.run);
        running_.insert(claim.run);
    }
    return result;
}

std::vector<RunEnded> RemoteExecutor::wait(Duration at_most)
{
    Waited waited = ask<Waited>(Wait{at_most});
    for (const RunEnded& end : waited.ended)
        running_.erase(end.run);
    if (waited.stop_signal)
        stop_signal_ = waited.stop_signal;
    holds_lock_ = waited.holds_lock;
    return std::move(waited.ended);
}

void RemoteExecutor::stop(RunId run, Duration /*grace*/, bool by_shutdown)
{
    tell(Stop{run, by_shutdown});
}

void RemoteExecutor::release(RunId run)
{
    if (owned_.erase(run) != 0)
        tell(Release{run});
}

Liveness RemoteExecutor::examine(const Run& run) const
{
    return owns(run.id) ? Liveness::supervised : ask<Liveness>(Examine{sendable(run)});
}

void RemoteExecutor::kill_remains(const Run& run)
{
    tell(KillRemains{sendable(run)});
}

void RemoteExecutor::discard_output(std::span<const std::string> names)
{
    DiscardOutput request;
    for (const auto& name : names) {
        if (const auto ids = parse_output_name(name))
            request.runs.push_back(*ids);
        if (request.runs.size() == most_names) {
            tell(request);
            request.runs.clear();
        }
    }
    if (!request.runs.empty())
        tell(request);
}

/// Right after a wait it is known already.
bool RemoteExecutor::still_ours()
{
    if (const auto known = std::exchange(holds_lock_, std::nullopt))
        return *known;
    return ask<bool>(AskLock{});
}

TickLock RemoteExecutor::lock()
{
    return {
        .still_ours = [this] { return still_ours(); },
        .release =
            [this] {
                holds_lock_.reset();
                tell(ReleaseLock{});
            },
        .retake = [this] { return ask<bool>(RetakeLock{}); },
    };
}

os::SeenMemory RemoteExecutor::seen()
{
    return {
        .look_up =
            [this](const std::string& instance) { return ask<os::SeenRegister::Answer>(LookUpSeen{instance}); },
        .write = [this](const Seen& seen) { static_cast<void>(ask<Done>(WriteSeen{seen})); },
        .hold = [this] { return ask<std::optional<os::SeenRegister::Hold>>(AskHold{}); },
        .write_hold = [this](const os::SeenRegister::Hold& hold) { tell(WriteHold{hold}); },
        .clear_damaged = {},
        .file = lock_file_,
        .hardware =
            [this] {
                if (!hardware_)
                    hardware_ = ask<std::string>(AskHardware{});
                return *hardware_;
            },
    };
}

void RemoteExecutor::log(LogLevel level, const std::string& text)
{
    tell(Log{level, text.substr(0, most_text)});
}

void RemoteExecutor::say(const Goodbye& goodbye)
{
    tell(goodbye);
}

} // namespace escher::split
