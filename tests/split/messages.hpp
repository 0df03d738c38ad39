#pragma once

#include "split/wire.hpp"

#include <random>

#if defined(__SANITIZE_ADDRESS__)
#define ESCHER_IS_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ESCHER_IS_SANITIZED 1
#endif
#endif

namespace escher::test {

/// How many arbitrary messages are tried. With sanitizers each takes many times as long.
#ifdef ESCHER_IS_SANITIZED
inline constexpr int many_messages = 10'000;
#else
inline constexpr int many_messages = 100'000;
#endif

/// Arbitrary requests that are well formed: values that the server has to do with more often than not, in any order.
class Messages {
public:
    explicit Messages(unsigned seed) : random_(seed) {}

    [[nodiscard]] split::Request next()
    {
        using namespace split;
        switch (below(24)) {
        case 0:
            return LookUpSeen{below(4) == 0 ? word() : instance};
        case 1:
        case 2:
            return WriteSeen{Seen{.instance = below(999) == 0 ? word() : instance,
                                  .generation = below(999) == 0 ? word() : "g1",
                                  .run = below(999) == 0 ? run() : RunId(last_run_ + 100),
                                  .job = JobId(9),
                                  .lock = {},
                                  .machine = {},
                                  .at = time()}};
        case 3:
            return AskHold{};
        case 4:
            return WriteHold{
                os::SeenRegister::Hold{.key = below(200) == 0 ? word() : "key", .since = time(), .said = time()}};
        case 5:
            return below(200) == 0 ? Request(Begin{}) : Request(AskHardware{});
        case 6:
            return AskHardware{};
        case 7:
            return Stop{run(), below(2) == 0};
        case 8:
        case 9:
            return Release{run()};
        case 10:
            return Examine{other_run()};
        case 11:
            return KillRemains{other_run()};
        case 12:
            return DiscardOutput{{{job(), run()}, {JobId(number()), RunId(number())}}};
        case 13:
            return AskLock{};
        case 14:
            return below(400) == 0 ? Request(ReleaseLock{}) : Request(RetakeLock{});
        case 15:
            return Log{LogLevel::warning, word()};
        case 16:
            return Wait{Duration(below(3) == 0 ? number() : 5)};
        case 17:
            return below(400) == 0 ? Request(Goodbye{static_cast<int>(below(300)), {}}) : Request(AskLock{});
        default:
            return Start{claim()};
        }
    }

    [[nodiscard]] std::string bytes(std::size_t most)
    {
        std::string text(below(most + 1), '\0');
        for (char& c : text)
            c = static_cast<char>(below(256));
        // The first byte says what it is: so that what follows it is looked at.
        if (!text.empty() && below(2) == 0)
            text.front() = static_cast<char>(below(20));
        return text;
    }

    std::size_t below(std::size_t end) { return std::uniform_int_distribution<std::size_t>(0, end - 1)(random_); }

    [[nodiscard]] std::int64_t last_run() const { return last_run_; }

    inline static const std::string instance = "3b1c7a52-0000-4000-8000-000000000001";

private:
    RunId run() { return RunId(below(60) == 0 ? number() : ++last_run_ - static_cast<std::int64_t>(below(3))); }
    JobId job() { return JobId(below(60) == 0 ? number() : 1 + static_cast<std::int64_t>(below(6))); }
    Time time()
    {
        return Time(Duration(below(3) == 0 ? number() / 1000 : 60'000 * static_cast<std::int64_t>(below(5))));
    }

    std::int64_t number()
    {
        switch (below(4)) {
        case 0:
            return -static_cast<std::int64_t>(below(3));
        case 1:
            return std::numeric_limits<std::int64_t>::max();
        case 2:
            return std::numeric_limits<std::int64_t>::min();
        default:
            return static_cast<std::int64_t>(random_());
        }
    }

    std::string word()
    {
        static const std::vector<std::string> words{
            "greet", "missing", "schedule:nightly", "nightly", "off", "", "single",
            "../x",  "x\ny",    "default",          "name"};
        return below(4) == 0 ? bytes(40) : words[below(words.size())];
    }

    Work work()
    {
        switch (below(6)) {
        case 0:
            return Command{{word(), word()}};
        case 1:
            return Unrunnable{word()};
        case 2:
            return TaskCall{below(2) == 0 ? "schedule:nightly" : "schedule:off", {}};
        default:
            return TaskCall{below(4) == 0 ? word() : "greet",
                            {{below(8) == 0 ? word() : "name", below(2) == 0 ? "x" : word()}}};
        }
    }

    Claim claim()
    {
        Claim claim;
        claim.job.id = job();
        claim.job.work = work();
        claim.run = run();
        claim.attempt = below(60) == 0 ? 0 : 1 + static_cast<int>(below(3));
        if (below(8) == 0)
            claim.job.queue = word();
        if (below(4) == 0)
            claim.job.retries = static_cast<int>(below(100));
        if (below(4) == 0)
            claim.job.timeout = Duration(below(1'000'000));
        if (below(4) == 0)
            claim.job.schedule = below(2) == 0 ? "nightly" : word();
        if (below(2) == 0)
            claim.job.nominal_at = time();
        if (below(6) == 0)
            claim.input = word();
        return claim;
    }

    Run other_run()
    {
        Run other;
        other.id = run();
        other.job = job();
        other.runner = {.process = {.pid = number(), .start_ticks = number(), .boot_id = word()}, .mark = number()};
        if (below(2) == 0)
            other.process = ProcessIdentity{.pid = number(), .start_ticks = number(), .boot_id = word()};
        return other;
    }

    std::mt19937 random_;
    std::int64_t last_run_ = 0;
};

} // namespace escher::test
