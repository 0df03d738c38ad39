#include "config_sandbox.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <random>
#include <sstream>

using namespace escher;

namespace {

constexpr int rounds = 4000;

std::string uncommented_reference()
{
    std::ifstream file(REFERENCE);
    std::string text;
    for (std::string line; std::getline(file, line);) {
        // Prose would only dilute the mutations.
        if (line.starts_with("# ") || line == "#" || line.empty())
            continue;
        text += (line.starts_with('#') ? line.substr(1) : line) + "\n";
    }
    return text;
}

class Mutator {
public:
    explicit Mutator(std::string text) : original_(std::move(text)) {}

    std::string next()
    {
        auto text = original_;
        for (auto count = pick(3) + 1; count > 0; --count)
            mutate(text);
        return text;
    }

private:
    /// The standard's distributions differ between libraries; this does not.
    std::size_t pick(std::size_t below) { return below == 0 ? 0 : random_() % below; }

    void mutate(std::string& text)
    {
        static const std::vector<std::string> pieces{"\"",          "'",
                                                     "[",           "]",
                                                     "{",           "}",
                                                     ".",           "=",
                                                     "\n",          "#",
                                                     "\\",          "\"\"\"",
                                                     "true",        "nan",
                                                     "2026-01-01",  "0x1F",
                                                     "-1",          "1e400",
                                                     "\xFF",        "\\u0000",
                                                     "none",        "inherit",
                                                     "~/",          "{x}",
                                                     "5m",          "99999999999999999999",
                                                     "[[a]]\n",     "limits.memory = 1\n",
                                                     "* * * * *",   std::string(1, '\0'),
                                                     "\xC2\x9B",    "[schedule.x]\n",
                                                     "argv = []\n", "= ",
                                                     ",",           "..",
                                                     "a.b.c"};
        const auto at = pick(text.size());
        const auto length = std::min(pick(20), text.size() - at);
        switch (pick(5)) {
        case 0:
            text.erase(at, length);
            break;
        case 1:
            text.insert(at, pieces[pick(pieces.size())]);
            break;
        case 2:
            text.replace(at, length, pieces[pick(pieces.size())]);
            break;
        case 3:
            text.insert(pick(text.size()), text.substr(at, length * 5));
            break;
        default:
            if (!text.empty())
                text[at] = static_cast<char>(text[at] ^ static_cast<char>(1U << pick(8)));
        }
    }

    std::string original_;
    std::mt19937 random_{20261124};
};

} // namespace

TEST_CASE("whatever is done to the reference, it loads or is refused in words")
{
    const ConfigSandbox box;
    Mutator mutator(uncommented_reference());
    REQUIRE(box.mistakes(mutator.next()).size() < 10'000);
    int loaded = 0;
    int refused = 0;
    for (int i = 0; i < rounds; ++i) {
        const auto text = mutator.next();
        CAPTURE(i);
        try {
            static_cast<void>(box.load(text));
            ++loaded;
        } catch (const Error& error) {
            ++refused;
            const std::string what = error.what();
            REQUIRE(error.kind() == ErrorKind::config);
            REQUIRE(what.starts_with(box.config().string() + ":"));
            for (const char c : what)
                REQUIRE((c == '\n' || static_cast<unsigned char>(c) >= 0x20));
        }
    }
    // Both happen often, or the mutations prove nothing.
    CHECK(loaded > rounds / 100);
    CHECK(refused > rounds / 4);
}
