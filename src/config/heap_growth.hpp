#pragma once

#include <cstddef>

namespace escher {

/// Prepares the heap for about `bytes` of small allocations: it grows once, by huge pages where the kernel grants them.
/// Without this a config of ten thousand schedules costs a tick thousands of page faults, a fifth of its time.
/// A hint; nothing depends on it.
void expect_allocations(std::size_t bytes);

} // namespace escher
