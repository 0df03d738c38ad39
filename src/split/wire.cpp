#include "split/wire.hpp"

#include "split/archive.hpp"

namespace escher::split {

template<>
inline constexpr std::uint64_t enumerators<LogLevel> = static_cast<std::uint64_t>(LogLevel::debug) + 1;
template<>
inline constexpr std::uint64_t enumerators<ErrorKind> = static_cast<std::uint64_t>(ErrorKind::config) + 1;
template<>
inline constexpr std::uint64_t enumerators<Liveness> = static_cast<std::uint64_t>(Liveness::elsewhere) + 1;
template<>
inline constexpr std::uint64_t enumerators<JobState> = static_cast<std::uint64_t>(JobState::invalid) + 1;

// What there is of each type. A Writer is given const values.

template<class A, Is<Exited> T>
void fields(A& archive, T& value)
{
    fields(archive, value.code);
}

template<class A, Is<Signaled> T>
void fields(A& archive, T& value)
{
    each(archive, value.signal, value.core, value.out_of_memory);
}

template<class A, Is<Cancelled> T>
void fields(A& archive, T& value)
{
    fields(archive, value.by_shutdown);
}

template<class A, Is<NotStarted> T>
void fields(A& archive, T& value)
{
    each(archive, value.error, value.message);
}

template<class A, Is<Lost> T>
void fields(A& archive, T& value)
{
    fields(archive, value.message);
}

template<class A, Is<ResourceUsage> T>
void fields(A& archive, T& value)
{
    each(archive, value.cpu_user, value.cpu_system, value.peak_memory_bytes);
}

template<class A, Is<OutputSize> T>
void fields(A& archive, T& value)
{
    each(archive, value.written, value.dropped);
}

template<class A, Is<ProcessIdentity> T>
void fields(A& archive, T& value)
{
    each(archive, value.pid, value.start_ticks, value.boot_id);
}

template<class A, Is<RunnerIdentity> T>
void fields(A& archive, T& value)
{
    each(archive, value.process, value.mark, value.host);
}

template<class A, Is<RunEnded> T>
void fields(A& archive, T& value)
{
    each(archive, value.run, value.outcome, value.usage, value.output);
}

template<class A, Is<Started> T>
void fields(A& archive, T& value)
{
    fields(archive, value.process);
}

template<class A, Is<CannotStart> T>
void fields(A& archive, T& value)
{
    fields(archive, value.why);
}

template<class A, Is<Refused> T>
void fields(A& archive, T& value)
{
    each(archive, value.reason, value.state);
}

template<class A, Is<Command> T>
void fields(A& archive, T& value)
{
    fields(archive, value.argv);
}

template<class A, Is<TaskCall> T>
void fields(A& archive, T& value)
{
    each(archive, value.task, value.params);
}

template<class A, Is<Unrunnable> T>
void fields(A& archive, T& value)
{
    fields(archive, value.why);
}

/// Of its job what decide_launch() looks at.
template<class A, Is<Claim> T>
void fields(A& archive, T& value)
{
    each(archive, value.job.id, value.job.work, value.job.queue, value.job.timeout, value.job.retries,
         value.job.attempts, value.job.schedule, value.job.nominal_at, value.run, value.attempt, value.input);
}

/// What an Executor looks at that is asked whether it lives.
template<class A, Is<Run> T>
void fields(A& archive, T& value)
{
    each(archive, value.id, value.job, value.attempt, value.started_at, value.runner, value.process);
}

/// The supervisor knows its own lock file and machine.
template<class A, Is<Seen> T>
void fields(A& archive, T& value)
{
    each(archive, value.instance, value.generation, value.run, value.job, value.at);
}

template<class A, Is<FileMark> T>
void fields(A& archive, T& value)
{
    each(archive, value.device, value.inode, value.born);
}

template<class A, Is<MachineMark> T>
void fields(A& archive, T& value)
{
    each(archive, value.boot, value.hardware);
}

template<class A, Is<os::SeenRegister::Hold> T>
void fields(A& archive, T& value)
{
    each(archive, value.key, value.since, value.said);
}

template<class A, Is<LookUpSeen> T>
void fields(A& archive, T& value)
{
    fields(archive, value.instance);
}

template<class A, Is<WriteSeen> T>
void fields(A& archive, T& value)
{
    fields(archive, value.seen);
}

template<class A, Is<WriteHold> T>
void fields(A& archive, T& value)
{
    fields(archive, value.hold);
}

template<class A, Is<Start> T>
void fields(A& archive, T& value)
{
    fields(archive, value.claim);
}

template<class A, Is<Wait> T>
void fields(A& archive, T& value)
{
    fields(archive, value.at_most);
}

template<class A, Is<Stop> T>
void fields(A& archive, T& value)
{
    each(archive, value.run, value.by_shutdown);
}

template<class A, class T>
requires Is<T, Release> || Is<T, Examine> || Is<T, KillRemains>
void fields(A& archive, T& value)
{
    fields(archive, value.run);
}

template<class A, Is<DiscardOutput> T>
void fields(A& archive, T& value)
{
    fields(archive, value.runs);
}

template<class A, Is<Log> T>
void fields(A& archive, T& value)
{
    each(archive, value.level, value.text);
}

template<class A, Is<Goodbye> T>
void fields(A& archive, T& value)
{
    each(archive, value.status, value.error);
}

template<class A, Is<Failed> T>
void fields(A& archive, T& value)
{
    each(archive, value.kind, value.text);
}

template<class A, Is<Waited> T>
void fields(A& archive, T& value)
{
    each(archive, value.ended, value.stop_signal, value.holds_lock);
}

/// To be read back, a line of the register has all of it.
template<class A, Is<os::SeenRegister::Answer> T>
void fields(A& archive, T& value)
{
    each(archive, value.damaged, value.seen);
    if (value.seen)
        each(archive, value.seen->lock, value.seen->machine);
}

namespace {

template<class Message>
std::string encoded(const Message& message)
{
    Writer writer;
    fields(writer, message);
    return writer.take();
}

template<class Message>
Message decoded(std::string_view content)
{
    Reader reader(content);
    Message message;
    fields(reader, message);
    reader.end();
    return message;
}

} // namespace

std::string encode(const Request& request)
{
    return encoded(request);
}

std::string encode(const Reply& reply)
{
    return encoded(reply);
}

Request decode_request(std::string_view content)
{
    return decoded<Request>(content);
}

Reply decode_reply(std::string_view content)
{
    return decoded<Reply>(content);
}

} // namespace escher::split
