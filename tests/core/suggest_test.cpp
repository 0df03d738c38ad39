#include "core/suggest.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace escher;

TEST_CASE("the nearest known word is found within two edits")
{
    const std::vector<std::string> known{"concurrency", "priority", "timeout", "queue", "nice", "wal"};
    const std::pair<const char*, const char*> cases[] = {
        {"concurency", "concurrency"}, // missing
        {"prioritty", "priority"}, // one too many
        {"timeuot", "timeout"}, // swapped
        {"itmeuot", "timeout"}, // swapped twice
        {"Queue", "queue"}, // replaced
        {"nicee", "nice"},
        {"wall", "wal"},
        {"Wal", "wal"},
        {"timeout", "timeout"},
        {"wa", ""}, // too short to guess from: half of it would be wrong
        {"qx", ""},
        {"tmt", ""}, // too far
        {"conncurent", ""},
        {"", ""},
    };
    for (const auto& [word, expected] : cases) {
        const auto& the_word = word; // clang 14 cannot capture word itself
        CAPTURE(the_word);
        CHECK(nearest(word, known) == expected);
    }
}

TEST_CASE("among equally near words the first wins")
{
    const std::vector<std::string> known{"cat", "car", "bat"};
    CHECK(nearest("cau", known) == "cat");
}

TEST_CASE("a suggestion is a question, or nothing")
{
    const std::vector<std::string> known{"timeout"};
    CHECK(did_you_mean("timeot", known) == " (did you mean 'timeout'?)");
    CHECK(did_you_mean("weather", known).empty());
    CHECK(did_you_mean("timeot", {}).empty());
}

TEST_CASE("a word of a megabyte is not compared")
{
    const std::vector<std::string> known{"timeout"};
    CHECK(nearest(std::string(1 << 20, 't'), known).empty());
}
