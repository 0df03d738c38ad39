// Prints due times, for comparison with other implementations. Each line of the input is
//     EXPRESSION <tab> ZONE <tab> FROM <tab> COUNT
// with FROM in seconds since 1970; each line of the output has up to COUNT times after FROM, likewise, with blanks
// between, or "error: ..." with what is wrong.

#include "core/cron.hpp"
#include "core/next_time.hpp"
#include "zone_files.hpp"

#include <iostream>
#include <sstream>
#include <stdexcept>

namespace {

using namespace escher;

std::string answer(const std::string& line)
{
    std::istringstream words(line);
    std::string expression;
    std::string zone_name;
    std::string from;
    std::string count;
    std::getline(words, expression, '\t');
    std::getline(words, zone_name, '\t');
    std::getline(words, from, '\t');
    std::getline(words, count, '\t');

    const Recurrence recurrence = parse_cron(expression, "");
    const auto zone = test::zone(zone_name);
    Time after{std::chrono::seconds(std::stoll(from))};
    std::string times;
    for (int i = std::stoi(count); i > 0; --i) {
        const auto due = next_due(recurrence, *zone, after);
        if (!due)
            break;
        after = due->at;
        times += (times.empty() ? "" : " ") +
                 std::to_string(std::chrono::floor<std::chrono::seconds>(after.time_since_epoch()).count());
    }
    return times;
}

} // namespace

int main()
{
    for (std::string line; std::getline(std::cin, line);) {
        try {
            std::cout << answer(line) << '\n';
        } catch (const std::exception& error) {
            std::cout << "error: " << error.what() << '\n';
        }
    }
    return 0;
}
