#include "app/inside_report.hpp"

#include <charconv>
#include <cmath>

namespace escher {

namespace {

std::optional<double> parse_number(std::string_view text)
{
    double value = 0;
    const auto [end, failed] =
        std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
    if (failed != std::errc() || end != text.data() + text.size() || !std::isfinite(value) || value < 0)
        return std::nullopt;
    return value;
}

} // namespace

std::optional<double> parse_progress(std::string_view text)
{
    if (const auto slash = text.find('/'); slash != std::string_view::npos) {
        const auto done = parse_number(text.substr(0, slash));
        const auto all = parse_number(text.substr(slash + 1));
        if (!done || !all || *all <= 0 || *done > *all)
            return std::nullopt;
        return *done / *all * 100;
    }
    if (text.ends_with('%'))
        text.remove_suffix(1);
    const auto percent = parse_number(text);
    return percent && *percent <= 100 ? percent : std::nullopt;
}

bool tells_more(const std::optional<Progress>& last, const Progress& next)
{
    if (!last || last->text != next.text)
        return true;
    // A tenth of a percent is what can be seen; reaching 100 always is.
    return std::abs(last->percent - next.percent) >= 0.1 || (next.percent == 100 && last->percent != 100);
}

} // namespace escher
