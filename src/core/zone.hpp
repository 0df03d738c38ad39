#pragma once

#include <escher/time.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace escher {

using LocalTime = std::chrono::local_time<Duration>;

/// The rules of one time zone: what its TZif file says, RFC 8536, with the footer's rule for all later times.
class Zone {
public:
    /// Reads the contents of a TZif file, version 1 to 4. Throws std::invalid_argument with what is wrong.
    /// A file that counts leap seconds (right/...) is refused: the system's clock does not.
    static Zone from_tzif(std::string_view contents);

    static Zone utc();

    /// What the clocks show relative to UTC (positive: east).
    [[nodiscard]] std::chrono::seconds offset_at(Time time) const;

    /// The abbreviation in use, like "CEST".
    [[nodiscard]] std::string abbreviation_at(Time time) const;

    [[nodiscard]] LocalTime to_local(Time time) const;

    /// The latest that the clocks have shown up to and including `time`: to_local(time), or more for a while after the
    /// clocks were put back.
    [[nodiscard]] LocalTime furthest_local(Time time) const;

    /// The first transition after `time` at which the offset changes; none: never again within 400 years.
    struct Transition {
        Time at{};
        std::chrono::seconds before{}; ///< offset
        std::chrono::seconds after{};
    };
    [[nodiscard]] std::optional<Transition> next_transition(Time time) const;

    /// Where a local time lies in real time. `first` never decreases as `local` increases, and it is the first instant
    /// at which the clocks show `local` or more.
    struct Instants {
        enum Kind { unique, gap, repeated } kind = unique;
        Time first{}; ///< unique: the instant; repeated: the first of them; gap: the instant of the transition
        Time second{}; ///< repeated: the second; else equal to `first`
    };
    [[nodiscard]] Instants instants_of(LocalTime local) const;

private:
    struct Offset {
        std::chrono::seconds offset{};
        std::string abbreviation;
    };
    struct Change {
        std::chrono::sys_seconds at{};
        std::size_t offset = 0; ///< into offsets_
    };
    struct Block; // a TZif header with its data

    Zone() = default;
    void read_changes(const Block& block);
    void extend_by_rule(std::string_view rule_text);
    [[nodiscard]] std::size_t add_offset(std::chrono::seconds offset, const std::string& abbreviation);

    [[nodiscard]] std::pair<std::chrono::seconds, std::chrono::seconds> fold(std::chrono::seconds since_1970) const;
    [[nodiscard]] std::size_t changes_until(std::chrono::seconds since_1970) const;
    [[nodiscard]] const Offset& offset_before(std::size_t change) const;

    std::vector<Offset> offsets_;
    std::size_t initial_ = 0; ///< into offsets_: what holds before the first change
    std::vector<Change> changes_; ///< ascending
    /// With a footer's rule changes_ ends with more than 400 years of it. The Gregorian calendar repeats after 400
    /// years, weekdays included, so a time from here on is looked up as many years earlier as needed.
    std::optional<std::chrono::seconds> cycle_end_;
};

} // namespace escher
