#pragma once

#include <escher/time.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace escher {

using LocalTime = std::chrono::local_time<Duration>;

/// The rules of one time zone: what its TZif file says, RFC 8536, with the footer's rule for all later times.
class Zone {
public:
    /// Reads the contents of a TZif file, version 1 to 4. Throws std::invalid_argument with what is wrong.
    static Zone from_tzif(std::string_view contents);

    static Zone utc();

    /// What the clocks show relative to UTC (positive: east).
    [[nodiscard]] std::chrono::seconds offset_at(Time time) const;

    /// The abbreviation in use, like "CEST".
    [[nodiscard]] std::string abbreviation_at(Time time) const;

    [[nodiscard]] LocalTime to_local(Time time) const;

    /// The first transition after `time` at which the offset changes; none: never again within 400 years.
    struct Transition {
        Time at{};
        std::chrono::seconds before{}; ///< offset
        std::chrono::seconds after{};
    };
    [[nodiscard]] std::optional<Transition> next_transition(Time time) const;

    /// Where a local time lies in real time.
    struct Placement {
        enum Kind { unique, gap, repeated } kind = unique;
        Time first{}; ///< unique: the instant; repeated: the first of them; gap: the instant of the transition
        Time second{}; ///< repeated: the second; else equal to `first`
    };
    [[nodiscard]] Placement place(LocalTime local) const;

private:
    struct Offset {
        std::chrono::seconds offset{};
        std::string abbreviation;
    };
    struct Change {
        std::chrono::sys_seconds at{};
        std::size_t offset = 0; ///< into offsets_
    };
    struct Rule; // the footer's POSIX TZ rule

    std::vector<Offset> offsets_;
    std::vector<Change> changes_; ///< ascending
    std::shared_ptr<const Rule> rule_; ///< may be null: the last offset holds for ever
};

} // namespace escher
