#include <doctest/doctest.h>

#include "terminal/piece_escaper.hpp"

using namespace escher;

TEST_CASE("a character that lies across two pieces is not taken apart")
{
    const std::string text = "a\u00e4\u6f22\U0001f600\x1b[2Jz";
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
        CAPTURE(cut);
        PieceEscaper escaper;
        std::string seen = escaper.escape(text.substr(0, cut));
        seen += escaper.escape(text.substr(cut));
        seen += escaper.rest();
        CHECK(seen == "a\u00e4\u6f22\U0001f600\\x1b[2Jz");
    }
}

TEST_CASE("what never becomes a character is escaped at the end")
{
    PieceEscaper escaper;
    CHECK(escaper.escape("x\xe6\xbc") == "x");
    CHECK(escaper.rest() == "\\xe6\\xbc");
    CHECK(escaper.rest().empty());
}
