#include "config/heap_growth.hpp"

#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>

namespace escher {

void expect_allocations(std::size_t bytes)
{
    constexpr std::size_t most = std::size_t{64} * 1024 * 1024;
    constexpr std::uintptr_t huge_page = std::uintptr_t{2} * 1024 * 1024;
    const std::size_t wanted = std::min(bytes, most);
    mallopt(M_TOP_PAD, static_cast<int>(wanted)); // how far the heap grows beyond what is asked for
    const auto begin = reinterpret_cast<std::uintptr_t>(::sbrk(0));
    // Pieces smaller than what malloc takes from mmap(2), until the rest of the heap so far is used up.
    std::array<void*, 4> pieces{};
    auto end = begin;
    for (auto& piece : pieces)
        if (end == begin) {
            piece = std::malloc(std::size_t{120} * 1024);
            end = reinterpret_cast<std::uintptr_t>(::sbrk(0));
        }
    for (void* piece : pieces)
        std::free(piece);
    const auto first = (begin + huge_page - 1) / huge_page * huge_page;
    if (first < end)
        ::madvise(reinterpret_cast<void*>(first), end - first, MADV_HUGEPAGE); // a kernel without it grows as ever
}

} // namespace escher
