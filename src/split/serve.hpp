#pragma once

#include "split/executor_server.hpp"
#include "split/store_process.hpp"

#include <string>

namespace escher::split {

/// How a store process has ended.
struct Parting {
    std::optional<Goodbye> goodbye; ///< none: it ended, or was ended, without one
    std::string trouble; ///< what was wrong, if there is no farewell: "it ...", for people
    std::size_t unrecorded = 0; ///< runs that were started and whose results nobody has recorded
};

/// Answers the store process until it is gone and every job of this process has ended; jobs are supervised all the time.
/// It is killed if it sends what nobody sends who is what it should be, or does not end in time after a signal has told this
/// process to stop. Never waits for it but with what it has to wait for itself. `store.socket` is closed when nothing
/// comes from it any more: the Executor is to look at it, see SupervisorOptions::caller.
[[nodiscard]] Parting serve(StoreProcess& store, ExecutorServer& server, const Config& config);

} // namespace escher::split
