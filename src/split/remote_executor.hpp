#pragma once

#include "os/seen_memory.hpp"
#include "split/wire.hpp"
#include "tick/tick_lock.hpp"

#include <set>

namespace escher::split {

/// The supervisor as the store process has it: the Executor whose jobs it runs, the lock that it holds, the memory that it
/// keeps, and its log. Throws ProtocolError where the supervisor is gone; then there is nothing left to do.
class RemoteExecutor final : public Executor {
public:
    /// `socket` leads to the supervisor and stays the caller's. `most`: bytes that a request may have. `lock_file`:
    /// SeenMemory::file.
    RemoteExecutor(int socket, std::size_t most, FileMark lock_file);

    /// Jobs may be started from now on, of the database that was looked up. Throws Error.
    void begin();

    StartResult start(const LaunchSpec& spec, const Claim& claim) override;
    std::vector<RunEnded> wait(Duration at_most) override;
    void stop(RunId run, Duration grace, bool by_shutdown) override; ///< the supervisor knows the grace itself
    void release(RunId run) override;
    [[nodiscard]] std::size_t running() const override { return running_.size(); }
    [[nodiscard]] bool owns(RunId run) const override { return owned_.contains(run); }
    [[nodiscard]] std::optional<int> stop_signal() const override { return stop_signal_; }
    [[nodiscard]] Liveness examine(const Run& run) const override;
    void kill_remains(const Run& run) override;

    /// Names that are no output_name() are passed over.
    void discard_output(std::span<const std::string> names) override;

    // What is returned refers to this object.
    [[nodiscard]] TickLock lock();
    [[nodiscard]] os::SeenMemory seen();

    void log(LogLevel level, const std::string& text);
    void say(const Goodbye& goodbye);

private:
    void tell(const Request& request) const;
    template<class Answer>
    [[nodiscard]] Answer ask(const Request& request) const;
    template<class Answer>
    [[nodiscard]] Answer ask(const std::string& request) const;
    [[nodiscard]] bool still_ours();

    int socket_;
    std::size_t most_;
    FileMark lock_file_;
    mutable FrameReader reader_{most_reply};
    std::set<RunId> owned_;
    std::set<RunId> running_; ///< of those, the ones that have not ended
    std::optional<int> stop_signal_;
    std::optional<bool> holds_lock_; ///< as of the last wait; none: not known any more
    std::optional<std::string> hardware_;
};

/// The most bytes that a request may have under this config: what a job brings, and what is around it.
[[nodiscard]] std::size_t most_request(const Config& config);

} // namespace escher::split
