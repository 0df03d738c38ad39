#pragma once

#include <escher/job.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace escher::cli {

// What a job may say of itself, checked and bounded: a job in a loop must not be able to fill the database.

inline constexpr std::size_t max_text_bytes = 4096; ///< of a message or a progress text; longer ones are cut
inline constexpr std::size_t max_note_bytes = 64 * 1024; ///< of a note's value
inline constexpr std::size_t max_key_bytes = 255;
inline constexpr std::size_t max_notes = 256; ///< per job
inline constexpr std::size_t max_messages = 1000; ///< per run

/// "40", "40%", "12.5" or "3/8" as percent, 0 to 100. None: it is none of these, or out of range.
[[nodiscard]] std::optional<double> parse_percent(std::string_view text);

/// `text` with at most max_text_bytes, whole UTF-8 characters kept.
[[nodiscard]] std::string bounded_text(std::string_view text);

/// Whether saying `next` after `last` would tell anything new. Spares the database a job that reports in a tight loop.
[[nodiscard]] bool tells_more(const std::optional<Progress>& last, const Progress& next);

/// What is wrong with `text` as JSON; none: it is a JSON value.
[[nodiscard]] std::optional<std::string> json_fault(std::string_view text);

} // namespace escher::cli
