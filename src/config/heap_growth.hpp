#pragma once

#include <cstddef>

namespace escher {

/// Prepares the heap for about `bytes` of small allocations: it grows once, by huge pages where the kernel grants them.
/// A hint; nothing depends on it.
///
/// Measured on an idle tick with ten thousand schedules in 583 kB, an optimized build, 20 runs with and without in turn: 615
/// page faults instead of 5139, 44 ms of processor time instead of 56. With a thousand schedules (57 kB) it makes no
/// difference, so that it is left to large files.
void expect_allocations(std::size_t bytes);

} // namespace escher
