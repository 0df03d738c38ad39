#include "split/serve.hpp"

#include "split/remote_executor.hpp"

#include <poll.h>

#include <csignal>

namespace escher::split {

namespace {

using std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr Duration longest_nap = 1h;
constexpr Duration to_the_last_result = 1s; ///< beyond what the store may wait for its own lock
constexpr std::chrono::milliseconds to_exit = 2s;

int milliseconds_until(os::SteadyTime until, os::SteadyTime now)
{
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - now);
    return static_cast<int>(
        std::clamp<std::int64_t>(left.count(), 0, std::chrono::milliseconds(longest_nap).count()));
}

class Service {
public:
    Service(StoreProcess& store, ExecutorServer& server, const Config& config)
        : store_(store), server_(server), config_(config), reader_(most_request(config))
    {
    }

    Parting run()
    {
        Parting parting;
        try {
            while (answer_all())
                wait();
            if (!server_.goodbye())
                parting.trouble = overdue_ ? "it did not end in time when it was told to stop, and was killed"
                                           : "it ended without a word";
        } catch (const ProtocolError& error) {
            parting.trouble = std::string("it sent ") + error.what() + ", and was killed";
        } catch (const std::exception& error) { // jobs that run are seen home whatever it is
            parting.trouble = std::string("what it asked for could not be done: ") + error.what() + "; it was killed";
        }
        part();
        see_jobs_home();
        parting.goodbye = parting.trouble.empty() ? server_.goodbye() : std::nullopt;
        parting.unrecorded = server_.unrecorded();
        return parting;
    }

private:
    /// What has arrived, and what is due. False: there is nothing more to come.
    bool answer_all()
    {
        const bool open = reader_.receive(store_.socket.get()) == FrameReader::Input::open;
        // One at a time: however many it sends at once, jobs are looked after in between.
        if (const auto content = reader_.next()) {
            if (const auto reply = server_.handle(decode_request(*content)))
                give(*reply);
            if (server_.goodbye())
                return false;
        }
        const auto now = steady_clock::now();
        heed_stop_signal(now);
        if (const auto reply = server_.due(now))
            give(*reply);
        overdue_ = kill_at_ && now >= *kill_at_;
        return (open || reader_.has_next()) && !overdue_;
    }

    /// It asks one question at a time, so there is room for the answer: if there is none, it does not read.
    void give(const Reply& reply)
    {
        const std::string content = encode(reply);
        if (!send_now(store_.socket.get(), content.size() <= most_reply
                                               ? content
                                               : encode(Reply(Failed{ErrorKind::internal, "an answer too long"}))))
            throw ProtocolError("questions, and did not read the answers");
    }

    /// The signal is the store process's too, be it in the middle of a statement.
    void heed_stop_signal(os::SteadyTime now)
    {
        if (kill_at_ || !server_.jobs() || !server_.jobs()->stop_signal())
            return;
        kill_at_ = os::after(now, config_.run.shutdown_grace + config_.database.busy_timeout + to_the_last_result);
        store_.signal(SIGTERM);
        server_.stop_all();
    }

    void wait()
    {
        const auto now = steady_clock::now();
        auto until = reader_.has_next() ? now : os::after(now, longest_nap);
        if (const auto asked = server_.waits_until())
            until = std::min(until, *asked);
        if (kill_at_)
            until = std::min(until, *kill_at_);
        if (Executor* jobs = server_.jobs()) {
            server_.note_ended(jobs->wait(std::chrono::ceil<Duration>(until - now)));
            return;
        }
        pollfd events{.fd = store_.socket.get(), .events = POLLIN, .revents = 0};
        ::poll(&events, 1, milliseconds_until(until, now));
    }

    /// Nothing is taken from it any more. After a farewell it has nothing left to do but to exit.
    void part()
    {
        server_.release_lock();
        store_.socket.reset();
        pollfd events{.fd = store_.process.get(), .events = POLLIN, .revents = 0};
        if (!server_.goodbye() || ::poll(&events, 1, static_cast<int>(to_exit.count())) == 0)
            store_.signal(SIGKILL);
    }

    void see_jobs_home()
    {
        Executor* jobs = server_.jobs();
        while (jobs != nullptr && jobs->running() > 0) {
            if (jobs->stop_signal() && !std::exchange(stopped_, true))
                server_.stop_all();
            server_.note_ended(jobs->wait(longest_nap));
        }
    }

    StoreProcess& store_;
    ExecutorServer& server_;
    const Config& config_;
    FrameReader reader_;
    std::optional<os::SteadyTime> kill_at_; ///< set by the signal to stop
    bool overdue_ = false;
    bool stopped_ = false;
};

} // namespace

Parting serve(StoreProcess& store, ExecutorServer& server, const Config& config)
{
    return Service(store, server, config).run();
}

} // namespace escher::split
