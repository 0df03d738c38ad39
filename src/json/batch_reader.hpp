#pragma once

#include "app/job_draft.hpp"

#include <istream>

namespace escher {

/// Reads jobs as JSON lines: {"command": [...]} or {"task": ..., "params": {...}} with any option of `add` that
/// describes a job under its own name. Blank lines are passed over. Throws Error{bad_data} with each faulty line on a
/// line of its own (the first ten), as "NAME:LINE: what is wrong".
[[nodiscard]] std::vector<NewJob> read_batch(std::istream& in, const std::string& name, Time now, const Zone& zone,
                                             JobDraft::Checks& checks);

} // namespace escher
