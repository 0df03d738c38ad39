#include "app/root_part.hpp"

#include "app/output_reader.hpp"
#include "core/output_name.hpp"
#include "os/drop_privileges.hpp"
#include "os/errno_text.hpp"
#include "os/packet_socket.hpp"
#include "os/see_home.hpp"

#include <escher/error.hpp>

#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <memory>
#include <vector>

namespace escher {

namespace {

// A question and an answer are words, each ended by a zero byte. The first of a question says what is asked, the first of an
// answer whether it is one.
using Words = std::vector<std::string>;

namespace word {
constexpr auto output = "output"; // JOB RUN
constexpr auto discard = "discard"; // NAME...
constexpr auto holder = "holder";
constexpr auto mark_lives = "mark"; // MARK
constexpr auto elsewhere = "elsewhere"; // JOB RUN HOST MARK BOOT-ID
constexpr auto seen_file = "seen";
constexpr auto look_up = "look up"; // INSTANCE
constexpr auto hardware = "hardware";
constexpr auto start = "start";

constexpr auto done = "done";
constexpr auto none = "none";
constexpr auto failed = "failed"; // KIND TEXT
} // namespace word

constexpr std::size_t most_names = 500; // in one packet

std::string packed(const Words& words)
{
    std::string text;
    for (const auto& word : words)
        text.append(word.c_str()).push_back('\0'); // up to a zero byte in it
    return text;
}

Words unpacked(const std::string& text)
{
    Words words;
    for (std::size_t begin = 0; begin < text.size();) {
        const auto end = std::min(text.find('\0', begin), text.size());
        words.push_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return words;
}

[[noreturn]] void misunderstood()
{
    throw Error(ErrorKind::internal, "the two parts of this command do not understand each other");
}

const std::string& at(const Words& words, std::size_t index)
{
    if (index >= words.size())
        misunderstood();
    return words[index];
}

template<typename Number = std::int64_t>
Number number_at(const Words& words, std::size_t index)
{
    const std::string& word = at(words, index);
    Number number{};
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
    if (error != std::errc{} || end != word.data() + word.size())
        misunderstood();
    return number;
}

template<typename Number>
std::string word_of(Number number)
{
    return std::to_string(static_cast<std::int64_t>(number));
}

// --- the part that has stayed root

struct Answer {
    Words words{word::done};
    os::Fd fd;
};

Run run_of(const Words& question)
{
    Run run;
    run.job = JobId(number_at(question, 1));
    run.id = RunId(number_at(question, 2));
    return run;
}

/// Deletes the files only whose names are those of outputs.
void discard_outputs(const Words& question, const PrivateView& own)
{
    const Words names(question.begin() + 1, question.end());
    for (const auto& name : names)
        if (!parse_output_name(name))
            misunderstood();
    own.discard_output(names);
}

void put(Words& words, const FileMark& file)
{
    words.insert(words.end(), {std::to_string(file.device), std::to_string(file.inode), std::to_string(file.born)});
}

FileMark file_mark_at(const Words& words, std::size_t index)
{
    return {.device = number_at<std::uint64_t>(words, index),
            .inode = number_at<std::uint64_t>(words, index + 1),
            .born = number_at(words, index + 2)};
}

Answer none_or_seen(const Words& question, const PrivateView& own)
{
    const auto seen = own.seen();
    if (!seen)
        return {.words = {word::none}, .fd = {}};
    Answer answer;
    if (question[0] == word::seen_file) {
        put(answer.words, seen->file);
        return answer;
    }
    const auto found = seen->look_up(at(question, 1));
    answer.words.push_back(found.damaged ? "1" : "0");
    if (found.seen)
        answer.words.push_back(to_text(*found.seen));
    return answer;
}

Answer answer_of(const Words& question, const PrivateView& own)
{
    const std::string& asked = at(question, 0);
    if (asked == word::output)
        return {.words = {word::done}, .fd = own.open_output(run_of(question))};
    if (asked == word::seen_file || asked == word::look_up)
        return none_or_seen(question, own);
    Answer answer;
    if (asked == word::discard) {
        discard_outputs(question, own);
    } else if (asked == word::holder) {
        const auto found = own.lock_holder();
        answer.words = found
                           ? Words{word::done, word_of(found->pid), word_of(found->since.time_since_epoch().count())}
                           : Words{word::none};
    } else if (asked == word::mark_lives) {
        answer.words = {own.mark_lives(number_at(question, 1)) ? word::done : word::none};
    } else if (asked == word::elsewhere) {
        Run run = run_of(question);
        run.runner.host = HostId(number_at(question, 3));
        run.runner.mark = number_at(question, 4);
        run.runner.process.boot_id = question.size() > 5 ? question[5] : "";
        answer.words = {own.is_elsewhere(run) ? word::done : word::none};
    } else if (asked == word::hardware) {
        const auto seen = own.seen();
        answer.words.push_back(seen ? seen->hardware() : "");
    } else if (asked == word::start) {
        answer.words.push_back(own.start_tick());
    } else {
        misunderstood();
    }
    return answer;
}

// --- the part that has become the owner

/// A question is asked by one at a time, for a command has one thread.
class Asking {
public:
    explicit Asking(os::Fd socket) : socket_(std::move(socket)) {}

    struct Reply {
        Words words; ///< behind the first
        bool is_none = false;
        os::Fd fd;
    };

    [[nodiscard]] Reply ask(const Words& question) const
    {
        os::send_packet(socket_.get(), packed(question));
        auto packet = os::receive_packet(socket_.get());
        if (!packet)
            throw Error(ErrorKind::io, "the part of this command that is root has ended");
        Words words = unpacked(packet->text);
        const std::string first = at(words, 0);
        words.erase(words.begin());
        if (first == word::failed)
            throw Error(static_cast<ErrorKind>(number_at<int>(words, 0)), at(words, 1));
        return {.words = std::move(words), .is_none = first == word::none, .fd = std::move(packet->fd)};
    }

private:
    os::Fd socket_;
};

os::Fd ask_for_output(const Asking& root, const Run& run)
try {
    auto reply = root.ask({word::output, word_of(run.job), word_of(run.id)});
    if (!reply.fd)
        misunderstood();
    return std::move(reply.fd);
} catch (const Error& error) {
    if (error.kind() == ErrorKind::not_found)
        throw_no_output(run, error.what());
    throw;
}

void ask_to_discard(const Asking& root, std::span<const std::string> names)
{
    while (!names.empty()) {
        const auto some = names.first(std::min(names.size(), most_names));
        Words question{word::discard};
        question.insert(question.end(), some.begin(), some.end());
        (void)root.ask(question);
        names = names.subspan(some.size());
    }
}

std::optional<os::SeenMemory> ask_for_seen(const std::shared_ptr<const Asking>& root)
{
    const auto reply = root->ask({word::seen_file});
    if (reply.is_none)
        return std::nullopt;
    const auto look = [root](const std::string& instance) {
        const auto found = root->ask({word::look_up, instance});
        os::SeenRegister::Answer answer;
        if (found.is_none)
            return answer;
        answer.damaged = number_at(found.words, 0) != 0;
        if (found.words.size() > 1)
            answer.seen = parse_seen(found.words[1]);
        return answer;
    };
    return os::SeenMemory{.look_up = look,
                          .write = {},
                          .hold = {},
                          .write_hold = {},
                          .clear_damaged = {},
                          .file = file_mark_at(reply.words, 0),
                          .hardware = [root] { return at(root->ask({word::hardware}).words, 0); }};
}

} // namespace

bool answer(int socket, const PrivateView& own)
{
    auto packet = os::receive_packet(socket);
    if (!packet)
        return false;
    Answer reply;
    try {
        reply = answer_of(unpacked(packet->text), own);
    } catch (const Error& error) {
        reply = {.words = {word::failed, word_of(error.kind()), error.what()}, .fd = {}};
    }
    os::send_packet(socket, packed(reply.words), reply.fd.get());
    return true;
}

PrivateView view_through(os::Fd socket)
{
    const auto root = std::make_shared<const Asking>(std::move(socket));
    return {
        .open_output = [root](const Run& run) { return ask_for_output(*root, run); },
        .discard_output = [root](std::span<const std::string> names) { ask_to_discard(*root, names); },
        .lock_holder = [root]() -> std::optional<os::LockHolder> {
            const auto reply = root->ask({word::holder});
            if (reply.is_none)
                return std::nullopt;
            return os::LockHolder{.pid = number_at(reply.words, 0),
                                  .since = Time(Duration(number_at(reply.words, 1)))};
        },
        .mark_lives =
            [root](std::int64_t mark) {
                return !root->ask({word::mark_lives, word_of(mark)}).is_none;
            },
        .is_elsewhere =
            [root](const Run& run) {
                return !root->ask({word::elsewhere, word_of(run.job), word_of(run.id), word_of(run.runner.host),
                                   word_of(run.runner.mark), run.runner.process.boot_id})
                            .is_none;
            },
        .seen = [root] { return ask_for_seen(root); },
        .seen_is_hidden = [] { return false; },
        .start_tick = [root] { return at(root->ask({word::start}).words, 0); },
    };
}

PrivateView become_owner(const os::UnprivilegedUser& owner, const PrivateView& own)
{
    std::fflush(nullptr); // or both would print what waits there
    auto sockets = os::packet_sockets();
    auto& root_end = sockets.first;
    auto& owner_end = sockets.second;
    os::PassedSignals signals;
    const pid_t root = ::getpid();
    const pid_t child = ::fork();
    if (child < 0) {
        signals.restore();
        throw Error(ErrorKind::cannot_create,
                    "cannot start the part of this command that works as the database's owner: " +
                        os::errno_text(errno) + os::remedy(errno));
    }
    if (child > 0) {
        owner_end.reset();
        os::see_home(child, root_end.get(), [&] {
            try {
                return answer(root_end.get(), own);
            } catch (const std::exception&) {
                return false; // the child has no partner any more, and says so
            }
        });
    }
    root_end.reset();
    signals.restore();
    os::become(owner, root, owner_end.get());
    return view_through(std::move(owner_end));
}

} // namespace escher
