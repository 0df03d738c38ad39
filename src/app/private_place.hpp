#pragma once

#include "config/config.hpp"

#include <string>
#include <vector>

namespace escher {

/// Makes run.state (0700) if it is missing and needed, and proves that it is this user's and nobody else's. Throws Error with
/// the line that mends it: others can reach it or, for root, exchange it; or what belongs there still lies beside the
/// database, as earlier versions had it.
void prepare_private_place(const Config& config);

/// prepare_private_place() for a tick of root's on a shared database, which looks at nothing that others write: `init` has to have laid it
/// out, and neither lock nor output may lie with the database.
void require_private_place(const Config& config);

/// What is to be proved of run.state if it is there, and what keeps ticks from it. Makes nothing. Throws Error.
void examine_private_place(const Config& config);

/// True if only another user, whose ticks they are, and root can look into run.state.
[[nodiscard]] bool is_closed_private_place(const Config& config);

/// For root, before the directory of the database is shared: throws Error{config} if run.state lies in it.
void require_place_apart(const Config& config);

/// What prepare_private_place() does for `init`, which moves what lies beside the database, the output first and the lock
/// last, so that ticks hold until all of it has moved. Returns what it did. Throws Error{busy}: a tick or one of its jobs
/// lives.
[[nodiscard]] std::vector<std::string> lay_out_private_place(const Config& config);

/// Throws Error{config} for root if the database belongs to root and others can write it.
void require_owner(const Config& config);

/// The call of `init` for this config.
[[nodiscard]] std::string init_call(const Config& config);

} // namespace escher
