#include "os/execution_record.hpp"

#include "core/id_text.hpp"
#include "core/stable_hash.hpp"
#include "os/errno_text.hpp"
#include "os/lock_epoch.hpp"

#include <escher/error.hpp>

#include <cerrno>

namespace escher::os {

namespace {

static_assert(sizeof(Execution) <= ExecutionRecord::slot_size);

std::uint64_t hash_of(const std::string& instance)
{
    return stable_hash({instance}) | 1U;
}

} // namespace

Execution ExecutionRecord::prepare(RunId run, const std::string& instance, bool tagged)
{
    return {.run = number_of(run), .instance = hash_of(instance), .tagged = tagged ? 1 : 0};
}

off_t ExecutionRecord::offset_of(RunId run)
{
    return begin + static_cast<off_t>(static_cast<std::uint64_t>(run) % slots) * slot_size;
}

ExecutionRecord::Answer ExecutionRecord::look_up(RunId run, const std::string& instance, std::int64_t epoch) const
{
    Answer answer;
    if (!file_ || epoch_ == 0 || epoch != epoch_)
        return answer;
    Execution& found = answer.execution;
    const ssize_t size = ::pread(file_.get(), &found, sizeof found, offset_of(run));
    if (size < 0)
        throw Error(ErrorKind::io, "cannot read from the lock file which runs were executed: " + errno_text(errno));
    // Looked at after the slot: a file that was emptied meanwhile, or has lost its first blocks, says of no run that it
    // was not executed.
    if (read_epoch(file_.get()) != epoch_)
        return {};
    // Shorter: the file ends before this slot, so nobody has written it.
    if (size < static_cast<ssize_t>(sizeof found) || found.run == 0)
        answer.verdict = Verdict::never;
    else if (found.instance != hash_of(instance))
        answer.verdict = Verdict::unknown; // another database shares the lock, or stood here before
    else if (found.run == number_of(run))
        answer.verdict = Verdict::executed;
    else // run numbers only grow
        answer.verdict = found.run < number_of(run) ? Verdict::never : Verdict::unknown;
    return answer;
}

} // namespace escher::os
