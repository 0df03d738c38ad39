#include "core/cron.hpp"

#include "core/cron_field.hpp"
#include "core/cron_read.hpp"
#include "core/suggest.hpp"

#include <algorithm>
#include <stdexcept>

namespace escher {

namespace {

constexpr std::string_view five_fields = "minute, hour, day of month, month, day of week";
constexpr std::size_t longest_expression = 1000;

struct Nickname {
    std::string_view word;
    std::string_view means;
};

constexpr std::array<Nickname, 7> nicknames{{
    {"@yearly", "0 0 1 1 *"},
    {"@annually", "0 0 1 1 *"},
    {"@monthly", "0 0 1 * *"},
    {"@weekly", "0 0 * * 0"},
    {"@daily", "0 0 * * *"},
    {"@midnight", "0 0 * * *"},
    {"@hourly", "0 * * * *"},
}};

constexpr std::array<unsigned, 12> longest_month{31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

std::vector<CronWord> split(std::string_view text)
{
    std::vector<CronWord> words;
    words.reserve(5);
    for (std::size_t i = 0; i < text.size();) {
        if (is_blank(text[i])) {
            ++i;
            continue;
        }
        const std::size_t begin = i;
        while (i < text.size() && !is_blank(text[i]))
            ++i;
        words.push_back({text.substr(begin, i - begin), begin});
    }
    return words;
}

/// True for what could stand in a field of some dialect of cron.
bool looks_like_field(std::string_view text)
{
    return text.find_first_not_of("0123456789*/,-~?#LW") == std::string_view::npos;
}

[[noreturn]] void refuse_count(std::string_view text, const std::vector<CronWord>& words)
{
    const std::string fields = "write five: " + std::string(five_fields);
    if (words.size() < 5)
        refuse_cron(text, "it has " + std::to_string(words.size()) + (words.size() == 1 ? " field; " : " fields; ") +
                              fields);
    const std::string_view last = words.back().text;
    const bool year = words.size() >= 6 && (last.starts_with("19") || last.starts_with("20")) && last.size() >= 4;
    const std::string count = words.size() == 6 ? "it has six fields; " : "it has more than five fields; ";
    if (words.size() == 6 && year)
        refuse_cron(text, count + "a year cannot be given: leave out " + quoted(last));
    if (words.size() == 6 && looks_like_field(last))
        refuse_cron(
            text, count + "seconds cannot be given, so leave out the first one (a year cannot be given either) and " +
                      fields);
    if (words.size() == 7 && looks_like_field(last))
        refuse_cron(text, count + "seconds and a year cannot be given: leave out the first and the last one");
    refuse_cron(text, count + "a user or a command does not belong here: leave out everything from " +
                          quoted(words[5].text) + " and use the keys 'user' and 'argv'");
}

/// True if some date of some year matches.
bool can_fire(const CronFields& fields)
{
    // Either day field suffices, and a weekday always comes.
    if (!fields.day_star && !fields.weekday_star)
        return true;
    // Both must match. Each date, 29 February too, falls on each weekday within 400 years.
    for (unsigned month = 1; month <= 12; ++month) {
        const std::uint64_t days = (std::uint64_t{1} << (longest_month[month - 1] + 1)) - 1;
        if ((fields.months >> month & 1) != 0 && (fields.days & days) != 0)
            return true;
    }
    return false;
}

CronFields parse_fields(std::string_view text, std::string_view seed)
{
    const std::vector<CronWord> words = split(text);
    if (words.empty())
        refuse_cron(text, "it is empty; write " + std::string(five_fields));
    if (words.size() != cron_fields.size())
        refuse_count(text, words);

    std::array<std::uint64_t, 5> sets{};
    for (std::size_t i = 0; i < sets.size(); ++i)
        sets[i] = read_cron_field(text, words[i], i, seed);
    const auto star = [&](std::size_t i) { return words[i].text.front() == '*'; };

    const std::uint64_t weekdays = sets[weekday_field];
    const CronFields fields{
        .minutes = sets[minute_field],
        .hours = static_cast<std::uint32_t>(sets[hour_field]),
        .days = static_cast<std::uint32_t>(sets[day_field]),
        .months = static_cast<std::uint16_t>(sets[month_field]),
        .weekdays = static_cast<std::uint8_t>((weekdays | weekdays >> 7) & 0x7f),
        .minute_star = star(minute_field),
        .hour_star = star(hour_field),
        .day_star = star(day_field),
        .weekday_star = star(weekday_field),
    };
    if (!can_fire(fields))
        refuse_cron(text, "it can never fire: day of month " + quoted(words[day_field].text) +
                              " does not exist in month " + quoted(words[month_field].text) +
                              "; write a day that does");
    return fields;
}

} // namespace

Recurrence parse_cron(std::string_view text, std::string_view seed)
{
    if (text.size() > longest_expression)
        throw std::invalid_argument("cron expression: it is longer than " + std::to_string(longest_expression) +
                                    " characters; write " + std::string(five_fields));
    for (std::size_t i = 0; i < text.size(); ++i) {
        // What cannot be shown must not get into a message either.
        const auto byte = static_cast<unsigned char>(text[i]);
        if ((byte < ' ' && byte != '\t') || byte > '~')
            throw std::invalid_argument("cron expression: character " + std::to_string(i + 1) +
                                        " is not printable ASCII; write " + std::string(five_fields));
    }

    const std::vector<CronWord> words = split(text);
    if (words.empty() || words.front().text.front() != '@')
        return parse_fields(text, seed);

    const std::string_view word = words.front().text;
    if (word == "@every")
        refuse_cron(text,
                    "'@every' is not known to cron; use the key 'every' instead of 'cron', like every = \"15m\"");
    const auto nickname =
        std::find_if(nicknames.begin(), nicknames.end(), [&](const Nickname& n) { return n.word == word; });
    if (nickname == nicknames.end() && word != "@reboot") {
        std::vector<std::string> known{"@reboot"};
        for (const Nickname& n : nicknames)
            known.emplace_back(n.word);
        refuse_cron(text,
                    quoted(word) + " is not known" + did_you_mean(word, known) +
                        "; write @yearly, @annually, @monthly, @weekly, @daily, @midnight, @hourly, @reboot or " +
                        std::string(five_fields));
    }
    if (words.size() > 1)
        refuse_cron(text,
                    "nothing may follow " + quoted(word) + ": leave out everything from " + quoted(words[1].text));
    if (word == "@reboot")
        return AtReboot{};
    return parse_fields(nickname->means, seed);
}

} // namespace escher
