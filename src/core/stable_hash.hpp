#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>

namespace escher {

/// A hash of `parts` that is the same on every machine and in every version: it decides what `~` in a cron expression
/// chooses and how a schedule's jitter falls, so that a restart or an upgrade moves nothing. FNV-1a of 64 bits over
/// the parts, each ended by a byte 0 so that ("ab", "c") and ("a", "bc") differ, then the finalizer of MurmurHash3,
/// without which similar names would give similar values.
[[nodiscard]] constexpr std::uint64_t stable_hash(std::initializer_list<std::string_view> parts) noexcept
{
    std::uint64_t hash = 0xcbf29ce484222325U;
    const auto mix = [&](unsigned char byte) { hash = (hash ^ byte) * 0x100000001b3U; };
    for (const std::string_view part : parts) {
        for (const char c : part)
            mix(static_cast<unsigned char>(c));
        mix(0);
    }
    hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccdU;
    hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53U;
    return hash ^ (hash >> 33);
}

/// Maps a hash evenly to 0 ... count-1; `count` is positive.
[[nodiscard]] constexpr std::uint64_t pick_below(std::uint64_t hash, std::uint64_t count) noexcept
{
    return hash % count;
}

} // namespace escher
