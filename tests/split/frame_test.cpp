#include "os/fd.hpp"
#include "split/frame.hpp"

#include <doctest/doctest.h>

#include <sys/socket.h>

using namespace escher;
using namespace escher::split;

namespace {

struct Pair {
    Pair()
    {
        int ends[2] = {};
        REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
        one.reset(ends[0]);
        other.reset(ends[1]);
    }

    void write(std::string_view bytes) const
    {
        REQUIRE(::send(one.get(), bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()));
    }

    os::Fd one;
    os::Fd other;
};

} // namespace

TEST_CASE("frames arrive as they were sent, be they empty or long")
{
    const Pair pair;
    FrameReader reader(100'000);
    const std::string longest(100'000, 'x');
    REQUIRE(send_now(pair.one.get(), ""));
    REQUIRE(send_now(pair.one.get(), "two"));
    REQUIRE(send_now(pair.one.get(), longest));
    CHECK(reader.receive(pair.other.get()) == FrameReader::Input::open);
    CHECK(reader.next() == "");
    CHECK(reader.next() == "two");
    std::optional<std::string> last;
    while (!(last = reader.next()))
        REQUIRE(reader.await(pair.other.get()) == FrameReader::Input::open);
    CHECK(last == longest);
    CHECK(reader.next() == std::nullopt);
}

TEST_CASE("a frame that comes byte by byte is there when it is whole, and nobody waits for it")
{
    const Pair pair;
    FrameReader reader(10);
    const std::string frame{'\3', '\0', '\0', '\0', 'a', 'b', 'c'};
    for (const char byte : frame) {
        CHECK(reader.next() == std::nullopt);
        pair.write({&byte, 1});
        CHECK(reader.receive(pair.other.get()) == FrameReader::Input::open);
    }
    CHECK(reader.next() == "abc");
}

TEST_CASE("a frame that is too long is refused before it is there")
{
    const Pair pair;
    FrameReader reader(10);
    pair.write({"\xb\0\0\0", 4});
    CHECK(reader.receive(pair.other.get()) == FrameReader::Input::open);
    CHECK_THROWS_AS(static_cast<void>(reader.next()), ProtocolError);
}

TEST_CASE("the end of the other side is told, after what it has sent")
{
    Pair pair;
    FrameReader reader(10);
    send(pair.one.get(), "last");
    pair.one.reset();
    CHECK(reader.receive(pair.other.get()) == FrameReader::Input::open);
    CHECK(reader.next() == "last");
    CHECK(reader.receive(pair.other.get()) == FrameReader::Input::closed);
    CHECK_FALSE(send_now(pair.other.get(), "x"));
    CHECK_THROWS_AS(send(pair.other.get(), "x"), ProtocolError);
}

TEST_CASE("who is not read from is not waited for")
{
    const Pair pair;
    const std::string much(100'000, 'x');
    int sent = 0;
    while (sent < 1000 && send_now(pair.one.get(), much))
        ++sent;
    CHECK(sent < 1000);
}
