#include <doctest/doctest.h>

#include "../temporary_directory.hpp"
#include "app/root_part.hpp"
#include "os/packet_socket.hpp"

#include <escher/error.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <random>
#include <thread>

using namespace escher;

namespace {

/// The root part of a command, in a thread of its own, and what it was told to do.
struct Served {
    std::vector<std::string> discarded;
    int starts = 0;
    std::thread root;
    os::Fd socket; ///< the owner's end

    Served()
    {
        auto ends = os::packet_sockets();
        socket = std::move(ends.second);
        root = std::thread([this, end = std::move(ends.first)] {
            const PrivateView own{
                .open_output =
                    [](const Run& run) {
                        if (run.job != JobId{7})
                            throw Error(ErrorKind::not_found, "the output is gone");
                        return os::Fd(::open("/dev/null", O_RDONLY | O_CLOEXEC));
                    },
                .discard_output = [this](auto names) { discarded.assign(names.begin(), names.end()); },
                .lock_holder = [] { return std::optional(os::LockHolder{.pid = 42, .since = Time(Duration(1234))}); },
                .mark_lives = [](std::int64_t mark) { return mark == 5; },
                .is_elsewhere = [](const Run& run) { return run.runner.process.boot_id == "another"; },
                .seen = [] { return std::optional<os::SeenMemory>{}; },
                .seen_is_hidden = [] { return false; },
                .start_tick =
                    [this] {
                        ++starts;
                        return std::string("a warning");
                    },
            };
            while (answer(end.get(), own))
                ;
        });
    }

    ~Served()
    {
        socket.reset();
        root.join();
    }

    std::string ask(std::string_view text) const
    {
        os::send_packet(socket.get(), text);
        auto reply = os::receive_packet(socket.get());
        REQUIRE(reply);
        return reply->text;
    }
};

using namespace std::string_view_literals;
using namespace std::string_literals;

} // namespace

TEST_CASE("what only root may see and do is asked of the part that is root")
{
    Served served;
    const PrivateView view = view_through(os::Fd(::dup(served.socket.get())));
    Run run;
    run.job = JobId{7};
    CHECK(view.open_output(run));
    const auto holder = view.lock_holder();
    REQUIRE(holder);
    CHECK(holder->pid == 42);
    CHECK(holder->since == Time(Duration(1234)));
    CHECK(view.mark_lives(5));
    CHECK_FALSE(view.mark_lives(6));
    CHECK_FALSE(view.is_elsewhere(run));
    run.runner.process.boot_id = "another";
    CHECK(view.is_elsewhere(run));
    CHECK_FALSE(view.seen());
    CHECK(view.start_tick() == "a warning");
    CHECK(served.starts == 1);
    std::vector<std::string> names;
    for (int job = 1; job <= 1203; ++job)
        names.push_back(std::to_string(job) + ".1.log");
    view.discard_output(names);
    CHECK(served.discarded.back() == "1203.1.log");

    run.job = JobId{8};
    CHECK_THROWS_WITH_AS(view.open_output(run), "the output is gone", Error);
    run.outcome = NotStarted{.error = 2, .message = "no such program"};
    CHECK_THROWS_WITH_AS(view.open_output(run), doctest::Contains("no such program"), Error);
}

TEST_CASE("root deletes what has the name of an output, and nothing else")
{
    const Served served;
    for (const auto* name : {"../1.1.log", "/etc/passwd", "1.1.log/..", "01.1.log", "1.1.logx", "", "1.log"})
        CHECK(served.ask("discard\0"s + name + "\0"s).starts_with("failed\0"sv));
    CHECK(served.discarded.empty());
    CHECK(served.ask("discard\0"
                     "1.1.log\0"sv) == "done\0"sv);
    CHECK(served.discarded == std::vector<std::string>{"1.1.log"});
}

TEST_CASE("no question makes the root part fail, or do what is not a question's")
{
    const Served served;
    std::mt19937 random(7);
    const std::vector<std::string> words = {"output",
                                            "discard",
                                            "holder",
                                            "mark",
                                            "elsewhere",
                                            "seen",
                                            "look up",
                                            "hardware",
                                            "1",
                                            "-1",
                                            "99999999999999999999",
                                            "x",
                                            "",
                                            "../x"};
    const auto pick = [&](std::size_t count) { return random() % count; };
    for (int i = 0; i < 20'000; ++i) {
        std::string text;
        if (i % 2 == 0) {
            for (std::size_t word = 0; word <= pick(7); ++word)
                text += words[pick(words.size())] + '\0';
        } else {
            for (std::size_t byte = 0; byte <= pick(200); ++byte)
                text += static_cast<char>(random());
        }
        const std::string reply = served.ask(text);
        CHECK((reply.starts_with("done\0"sv) || reply.starts_with("none\0"sv) || reply.starts_with("failed\0"sv)));
    }
    CHECK(served.discarded.empty());
    CHECK(served.starts == 0);
}

TEST_CASE("a part whose other one is gone says so")
{
    auto ends = os::packet_sockets();
    const PrivateView view = view_through(std::move(ends.second));
    ends.first.reset();
    CHECK_THROWS_AS((void)view.lock_holder(), Error);
}
