#include "core/zone.hpp"

#include "core/posix_rule.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <stdexcept>

namespace escher {

using std::chrono::floor;
using std::chrono::seconds;
using std::chrono::sys_seconds;

namespace {

constexpr seconds four_centuries{std::int64_t{146'097} * 86'400};

/// Offsets differ by less than this, so whatever happened longer ago does not reach into the present wall clock.
/// RFC 8536 section 3.2 bounds them to between -25 and +26 hours.
constexpr seconds reach = std::chrono::hours(52);
constexpr seconds least_offset = -std::chrono::hours(25);
constexpr seconds greatest_offset = std::chrono::hours(26);

/// Transitions outside of these years are not looked up one by one; zic's stand-in for the Big Bang is one of them.
constexpr seconds year_1{-62'135'596'800};
constexpr seconds year_10000{253'402'300'800};

[[noreturn]] void refuse(std::string_view why)
{
    throw std::invalid_argument("not a usable time zone file: " + std::string(why));
}

std::uint64_t read_big_endian(std::string_view bytes)
{
    std::uint64_t value = 0;
    for (const char byte : bytes)
        value = value << 8 | static_cast<unsigned char>(byte);
    return value;
}

/// At the ends of the representable times it is better to be an hour off than to overflow.
std::int64_t add_saturating(std::int64_t a, std::int64_t b)
{
    std::int64_t sum = 0;
    if (!__builtin_add_overflow(a, b, &sum))
        return sum;
    return b < 0 ? std::numeric_limits<std::int64_t>::min() : std::numeric_limits<std::int64_t>::max();
}

LocalTime shift_to_local(Time time, seconds offset)
{
    return LocalTime(Duration(add_saturating(time.time_since_epoch().count(), Duration(offset).count())));
}

Time shift_to_time(LocalTime local, seconds offset)
{
    return Time(Duration(add_saturating(local.time_since_epoch().count(), -Duration(offset).count())));
}

} // namespace

/// One of the two halves of a TZif file: a header and what it counts.
struct Zone::Block {
    char version = 0;
    std::size_t leaps = 0;
    std::size_t times = 0;
    std::size_t types = 0;
    std::size_t characters = 0;
    std::size_t time_size = 0; ///< bytes: 4 in version 1, else 8
    std::string_view time_bytes;
    std::string_view index_bytes;
    std::string_view type_bytes; ///< six each
    std::string_view abbreviations;

    /// Takes one block from the front of `rest`.
    static Block take(std::string_view& rest, std::size_t time_size);
};

Zone::Block Zone::Block::take(std::string_view& rest, std::size_t time_size)
{
    const auto take_bytes = [&](std::size_t count) {
        if (rest.size() < count)
            refuse("it is cut short");
        const std::string_view bytes = rest.substr(0, count);
        rest.remove_prefix(count);
        return bytes;
    };
    const auto take_count = [&] {
        const auto count = static_cast<std::size_t>(read_big_endian(take_bytes(4)));
        // So that no product below can overflow, whatever the file says.
        if (count > rest.size())
            refuse("it is cut short");
        return count;
    };

    if (take_bytes(4) != "TZif")
        refuse("it does not begin with TZif");
    Block block;
    block.version = take_bytes(1).front();
    (void)take_bytes(15);
    block.time_size = time_size;
    const std::size_t universal_indicators = take_count();
    const std::size_t standard_indicators = take_count();
    block.leaps = take_count();
    block.times = take_count();
    block.types = take_count();
    block.characters = take_count();
    block.time_bytes = take_bytes(block.times * time_size);
    block.index_bytes = take_bytes(block.times);
    block.type_bytes = take_bytes(block.types * 6);
    block.abbreviations = take_bytes(block.characters);
    (void)take_bytes(block.leaps * (time_size + 4));
    (void)take_bytes(standard_indicators);
    (void)take_bytes(universal_indicators);
    return block;
}

Zone Zone::from_tzif(std::string_view contents)
{
    std::string_view rest = contents;
    Block block = Block::take(rest, 4);
    Zone zone;
    if (block.version == 0) {
        zone.read_changes(block);
        return zone;
    }
    if (block.version < '2')
        refuse("its version is unknown");

    block = Block::take(rest, 8);
    zone.read_changes(block);
    const std::size_t end = rest.empty() ? std::string_view::npos : rest.find('\n', 1);
    if (end == std::string_view::npos || rest.front() != '\n')
        refuse("its footer is cut short");
    const std::string_view rule = rest.substr(1, end - 1);
    if (!rule.empty())
        zone.extend_by_rule(rule);
    return zone;
}

Zone Zone::utc()
{
    Zone zone;
    zone.offsets_.push_back({seconds(0), "UTC"});
    return zone;
}

void Zone::read_changes(const Block& block)
{
    if (block.leaps > 0)
        refuse("it counts leap seconds, which the system's clock does not; use the zone of the same name without "
               "right/");
    if (block.types == 0)
        refuse("it has no local time types");
    for (std::size_t i = 0; i < block.types; ++i) {
        const std::string_view type = block.type_bytes.substr(i * 6, 6);
        const seconds offset(static_cast<std::int32_t>(read_big_endian(type.substr(0, 4))));
        if (offset < least_offset || offset > greatest_offset)
            refuse("an offset from UTC is out of range");
        const auto begin = static_cast<unsigned char>(type[5]);
        const std::size_t end =
            begin < block.abbreviations.size() ? block.abbreviations.find('\0', begin) : std::string_view::npos;
        if (end == std::string_view::npos)
            refuse("an abbreviation is out of range");
        offsets_.push_back({offset, std::string(block.abbreviations.substr(begin, end - begin))});
    }

    std::optional<std::int64_t> last;
    for (std::size_t i = 0; i < block.times; ++i) {
        const std::uint64_t bits = read_big_endian(block.time_bytes.substr(i * block.time_size, block.time_size));
        const auto at = block.time_size == 4 ? static_cast<std::int32_t>(bits) : static_cast<std::int64_t>(bits);
        const auto type = static_cast<unsigned char>(block.index_bytes[i]);
        if (last && at <= *last)
            refuse("its transitions are out of order");
        if (type >= block.types)
            refuse("a transition is to an unknown local time type");
        last = at;
        if (seconds(at) < year_1)
            initial_ = type;
        else if (seconds(at) < year_10000)
            changes_.push_back({sys_seconds(seconds(at)), type});
    }
}

std::size_t Zone::add_offset(seconds offset, const std::string& abbreviation)
{
    const auto known = std::find_if(offsets_.begin(), offsets_.end(), [&](const Offset& o) {
        return o.offset == offset && o.abbreviation == abbreviation;
    });
    if (known != offsets_.end())
        return static_cast<std::size_t>(known - offsets_.begin());
    offsets_.push_back({offset, abbreviation});
    return offsets_.size() - 1;
}

void Zone::extend_by_rule(std::string_view rule_text)
{
    const PosixRule rule = parse_posix_rule(rule_text);
    const std::size_t standard = add_offset(rule.standard.offset, rule.standard.abbreviation);
    if (!rule.daylight) {
        // Consistent files end with it already; a file without transitions may have a placeholder as its only type.
        if (changes_.empty())
            initial_ = standard;
        return;
    }
    const std::size_t daylight = add_offset(rule.daylight->name.offset, rule.daylight->name.abbreviation);

    const bool from_the_start = changes_.empty();
    const sys_seconds last =
        from_the_start ? sys_seconds(std::chrono::sys_days(std::chrono::year(1600) / 1 / 1)) : changes_.back().at;
    const int year = static_cast<int>(std::chrono::year_month_day(floor<std::chrono::days>(last)).year());
    if (from_the_start)
        initial_ = standard;
    // The last year's end of daylight time may be undone at the same instant by a year that is not there any more.
    const sys_seconds end(std::chrono::sys_days(std::chrono::year(year + 405) / 1 / 1));
    for (const RuleChange& change : changes_of(rule, year, year + 405))
        if (change.at > last && change.at < end)
            changes_.push_back({change.at, change.daylight ? daylight : standard});
    // Two whole years of the rule lie before the repeated cycle, and two behind it.
    cycle_end_ = std::chrono::sys_days(std::chrono::year(year + 402) / 1 / 1).time_since_epoch();
}

/// The time to look up instead, and what has to be added to what is found.
std::pair<seconds, seconds> Zone::fold(seconds since_1970) const
{
    // What is found may lie a year further on, and must still be representable in milliseconds.
    constexpr seconds end_of_time{9'200'000'000'000'000};
    since_1970 = std::clamp(since_1970, -end_of_time, end_of_time);
    if (!cycle_end_ || since_1970 < *cycle_end_)
        return {since_1970, seconds(0)};
    const seconds shift = ((since_1970 - *cycle_end_) / four_centuries + 1) * four_centuries;
    return {since_1970 - shift, shift};
}

/// How many changes lie at or before a folded time.
std::size_t Zone::changes_until(seconds since_1970) const
{
    const auto after = std::upper_bound(changes_.begin(), changes_.end(), sys_seconds(since_1970),
                                        [](sys_seconds at, const Change& change) { return at < change.at; });
    return static_cast<std::size_t>(after - changes_.begin());
}

/// What holds before change number `change`; for changes_.size() what holds after the last.
const Zone::Offset& Zone::offset_before(std::size_t change) const
{
    return offsets_[change == 0 ? initial_ : changes_[change - 1].offset];
}

seconds Zone::offset_at(Time time) const
{
    return offset_before(changes_until(fold(floor<seconds>(time.time_since_epoch())).first)).offset;
}

std::string Zone::abbreviation_at(Time time) const
{
    return offset_before(changes_until(fold(floor<seconds>(time.time_since_epoch())).first)).abbreviation;
}

LocalTime Zone::to_local(Time time) const
{
    return shift_to_local(time, offset_at(time));
}

LocalTime Zone::furthest_local(Time time) const
{
    const auto [when, shift] = fold(floor<seconds>(time.time_since_epoch()));
    std::size_t change = changes_until(when);
    LocalTime furthest = shift_to_local(time, offset_before(change).offset);
    for (; change > 0 && changes_[change - 1].at.time_since_epoch() > when - reach; --change) {
        // Just before the change the clocks showed this much.
        const Time just_before = Time(changes_[change - 1].at + shift) - Duration(1);
        furthest = std::max(furthest, shift_to_local(just_before, offset_before(change - 1).offset));
    }
    return furthest;
}

std::optional<Zone::Transition> Zone::next_transition(Time time) const
{
    const auto [when, shift] = fold(floor<seconds>(time.time_since_epoch()));
    for (std::size_t i = changes_until(when); i < changes_.size(); ++i) {
        const seconds before = offset_before(i).offset;
        const seconds after = offset_before(i + 1).offset;
        if (before != after)
            return Transition{Time(changes_[i].at + shift), before, after};
    }
    return std::nullopt;
}

Zone::Instants Zone::instants_of(LocalTime local) const
{
    const seconds wall = floor<seconds>(local.time_since_epoch());
    const auto [folded, shift] = fold(wall);
    const auto starts_at = [&](std::size_t i) { return changes_[i].at.time_since_epoch(); };

    // The first period between changes whose end the clocks reach only after they have shown `local`. Those that end
    // more than `reach` earlier have shown less.
    std::size_t i = changes_until(folded - reach);
    while (i < changes_.size() && folded >= starts_at(i) + offset_before(i).offset)
        ++i;

    Instants instants;
    const seconds offset = offset_before(i).offset;
    if (i > 0 && folded - offset < starts_at(i - 1)) {
        instants.kind = Instants::gap;
        instants.first = instants.second = Time(changes_[i - 1].at + shift);
        return instants;
    }
    instants.first = instants.second = shift_to_time(local, offset);

    for (; i < changes_.size() && starts_at(i) <= folded + reach; ++i) {
        const seconds later = offset_before(i + 1).offset;
        const bool shown =
            folded - later >= starts_at(i) && (i + 1 == changes_.size() || folded - later < starts_at(i + 1));
        if (shown && later != offset) {
            instants.kind = Instants::repeated;
            instants.second = shift_to_time(local, later);
            break;
        }
    }
    return instants;
}

} // namespace escher
