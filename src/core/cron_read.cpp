#include "core/cron_read.hpp"

#include "core/ascii.hpp"
#include "core/cron_field.hpp"
#include "core/stable_hash.hpp"

#include <algorithm>
#include <optional>
#include <stdexcept>

namespace escher {

namespace {

/// One of the five fields being read.
class FieldReader {
public:
    FieldReader(std::string_view expression, CronWord word, std::size_t index, std::string_view seed)
        : expression_(expression), word_(word), index_(index), field_(cron_fields[index]), seed_(seed)
    {
    }

    /// Bit n for each value n.
    std::uint64_t read()
    {
        std::uint64_t values = 0;
        do {
            values |= element();
            ++elements_;
        } while (accept(','));
        if (!at_end())
            refuse_rest();
        return values;
    }

private:
    [[nodiscard]] bool at_end() const { return next_ == word_.text.size(); }
    [[nodiscard]] char peek() const { return at_end() ? '\0' : word_.text[next_]; }

    bool accept(char c)
    {
        if (peek() != c)
            return false;
        ++next_;
        return true;
    }

    [[noreturn]] void fail(std::size_t at, const std::string& why) const
    {
        refuse_cron(expression_, std::string(field_.name) + " field " + quoted(word_.text) + ", character " +
                                     std::to_string(word_.at + at + 1) + ": " + why);
    }

    [[nodiscard]] std::string allowed() const { return "write " + std::string(field_.write); }

    /// What the letters and signs of other schedulers mean, and what to write instead of them.
    void refuse_foreign(std::size_t at) const
    {
        const std::string_view rest = word_.text.substr(at);
        if (rest.front() == '?')
            fail(at, "'?' is not known to cron; write '*'");
        if (rest.front() == '#')
            fail(at, "'#' (the n-th weekday of the month) is not known to cron; give a week of days, like 8-14, "
                     "and have the job test the weekday");
        const auto letter = rest.find_first_not_of("0123456789");
        if (letter == std::string_view::npos ||
            (letter + 1 < rest.size() && is_letter(rest[letter + 1]) && rest.substr(letter, 2) != "LW"))
            return;
        if (rest[letter] == 'L')
            fail(at, "'L' (the last) is not known to cron; write the days it can be, like 28-31, "
                     "and have the job test whether it is the last");
        if (rest[letter] == 'W')
            fail(at, "'W' (the nearest working day) is not known to cron; write the days it can be, "
                     "and have the job test the weekday");
        if (rest[letter] == 'H')
            fail(at, "'H' is not known to cron; write '~' for a value that is chosen once and kept");
    }

    [[noreturn]] void refuse_rest() const
    {
        refuse_foreign(next_);
        fail(next_, quoted(word_.text.substr(next_)) + " does not belong here; after a value only ',', '-', '~' or, "
                                                       "behind a range, '/' may follow");
    }

    [[nodiscard]] bool names_allowed() const { return index_ == month_field || index_ == weekday_field; }

    [[nodiscard]] std::optional<int> named(std::string_view word) const
    {
        if (word.size() != 3 || !names_allowed())
            return std::nullopt;
        const auto matches = [&](std::string_view name) {
            return std::equal(word.begin(), word.end(), name.begin(),
                              [](char a, char b) { return to_lower(a) == to_lower(b); });
        };
        const auto search = [&](const auto& names) -> std::optional<int> {
            const auto found = std::find_if(names.begin(), names.end(), matches);
            if (found == names.end())
                return std::nullopt;
            return static_cast<int>(found - names.begin()) + field_.low;
        };
        return index_ == month_field ? search(month_names) : search(weekday_names);
    }

    /// A number or a name.
    int value(std::string_view instead_of)
    {
        const std::size_t begin = next_;
        while (is_digit(peek()) || is_letter(peek()))
            ++next_;
        const std::string_view word = word_.text.substr(begin, next_ - begin);
        if (word.empty()) {
            if (!at_end())
                refuse_foreign(begin);
            fail(begin, std::string(instead_of) + "; " + allowed());
        }
        if (const auto number = named(word))
            return *number;
        if (!std::all_of(word.begin(), word.end(), is_digit)) {
            refuse_foreign(begin);
            if (names_allowed())
                fail(begin, quoted(word) + " is not known: a name is the first three letters; " + allowed());
            fail(begin, quoted(word) + " is not a number; " + allowed());
        }
        return number_of(word, begin);
    }

    int number_of(std::string_view digits, std::size_t at) const
    {
        int number = 0;
        for (const char digit : digits) {
            number = number * 10 + (digit - '0');
            if (number > field_.high)
                break;
        }
        if (number < field_.low || number > field_.high)
            fail(at, std::string(digits) + " is out of range; " + allowed());
        return number;
    }

    int step()
    {
        const std::size_t begin = next_;
        int number = 0;
        while (is_digit(peek())) {
            number = std::min(number * 10 + (peek() - '0'), 1000);
            ++next_;
        }
        if (next_ == begin)
            fail(begin, "a number is missing after '/'; write a step of 1 or more");
        if (number == 0)
            fail(begin, "a step of 0 never advances; write a step of 1 or more");
        return number;
    }

    std::uint64_t element()
    {
        const std::size_t begin = next_;
        if (accept('*'))
            return progression(field_.low, field_.high, accept('/') ? step() : 1);
        std::optional<int> first;
        if (peek() != '~')
            first = value("a value is missing");
        if (accept('~'))
            return random_element(first, begin);
        if (peek() == '/')
            refuse_step_of_one(*first, begin);
        if (!accept('-'))
            return progression(*first, *first, 1);
        const int last = value("the end of the range is missing");
        if (last < *first)
            refuse_reversed(*first, '-', last, begin);
        return progression(*first, last, accept('/') ? step() : 1);
    }

    std::uint64_t random_element(std::optional<int> first, std::size_t begin)
    {
        const int low = first.value_or(field_.low);
        const bool open = at_end() || peek() == ',' || peek() == '/';
        const int high = open ? std::max(field_.random_high, low) : value("the end of the range is missing");
        if (high < low)
            refuse_reversed(low, '~', high, begin);
        const int every = accept('/') ? step() : 0;
        const std::string field = std::to_string(index_);
        const std::string nth = std::to_string(elements_);
        const std::uint64_t hash = stable_hash({seed_, field, nth});
        const int choices = every == 0 ? high - low + 1 : std::min(every, high - low + 1);
        const int chosen = low + static_cast<int>(pick_below(hash, static_cast<std::uint64_t>(choices)));
        return every == 0 ? progression(chosen, chosen, 1) : progression(chosen, high, every);
    }

    [[noreturn]] void refuse_step_of_one(int first, std::size_t begin)
    {
        const std::size_t slash = next_++;
        const int every = step();
        fail(slash, "a step needs a range or '*' before it; write " +
                        std::string(word_.text.substr(begin, slash - begin)) + "-" +
                        std::to_string(std::max(first, field_.random_high)) + "/" + std::to_string(every));
    }

    [[noreturn]] void refuse_reversed(int first, char sign, int last, std::size_t at) const
    {
        const auto range = [&](int from, int to) {
            return from == to ? std::to_string(from) : std::to_string(from) + sign + std::to_string(to);
        };
        const std::string backwards = range(first, last) + " runs backwards; ";
        if (index_ == weekday_field && last == 0)
            fail(at, backwards + "Sunday at the end of a range is 7: write " + range(first, 7));
        const int highest = index_ == weekday_field ? 6 : field_.high;
        if (sign == '~')
            fail(at, backwards + "write " + range(last, first));
        fail(at, backwards + "write " + range(first, highest) + "," + range(field_.low, last));
    }

    static std::uint64_t progression(int first, int last, int every)
    {
        std::uint64_t values = 0;
        for (int value = first; value <= last; value += every)
            values |= std::uint64_t{1} << value;
        return values;
    }

    std::string_view expression_;
    CronWord word_;
    std::size_t index_;
    const CronField& field_;
    std::string_view seed_;
    std::size_t next_ = 0;
    int elements_ = 0;
};

} // namespace

std::uint64_t read_cron_field(std::string_view expression, CronWord word, std::size_t index, std::string_view seed)
{
    return FieldReader(expression, word, index, seed).read();
}

std::string quoted(std::string_view text)
{
    return "'" + std::string(text) + "'";
}

void refuse_cron(std::string_view expression, const std::string& why)
{
    throw std::invalid_argument("cron expression " + quoted(expression) + ": " + why);
}

} // namespace escher
