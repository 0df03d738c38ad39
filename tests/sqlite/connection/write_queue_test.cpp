#include "sqlite/connection/transaction.hpp"
#include "sqlite/connection/write_queue.hpp"
#include "sqlite/test_database.hpp"

#include <escher/error.hpp>

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sched.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <functional>

using namespace escher;
using namespace std::chrono_literals;
using sqlite::Database;
using sqlite::Durability;
using sqlite::TestDatabase;
using sqlite::Transaction;
using sqlite::WriteQueue;

namespace {

/// Makes the file that a queue is named after.
std::filesystem::path make_queue_file(const TestDatabase& place, mode_t mode = 0660)
{
    const auto file = place.directory() / "queue";
    std::ofstream(file).flush();
    REQUIRE(::chmod(file.c_str(), mode) == 0);
    return file;
}

/// Another process, which is killed at the end if it has not ended.
class Process {
public:
    explicit Process(const std::function<int()>& body) : pid_(::fork())
    {
        if (pid_ == 0)
            ::_exit(body());
        REQUIRE(pid_ > 0);
    }
    Process(Process&& other) noexcept : pid_(std::exchange(other.pid_, 0)) {}
    Process& operator=(Process&&) = delete;
    ~Process() { kill(); }

    int wait()
    {
        int status = -1;
        ::waitpid(std::exchange(pid_, 0), &status, 0);
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }

    void stop() const
    {
        int status = 0;
        ::kill(pid_, SIGSTOP);
        ::waitpid(pid_, &status, WUNTRACED);
    }

    void kill()
    {
        if (pid_ == 0)
            return;
        ::kill(pid_, SIGKILL);
        wait();
    }

private:
    pid_t pid_;
};

/// Bytes from other processes.
class Pipe {
public:
    Pipe() { REQUIRE(::pipe2(ends_, O_CLOEXEC) == 0); }
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;
    ~Pipe()
    {
        ::close(ends_[0]);
        ::close(ends_[1]);
    }

    bool put(char byte) const { return ::write(ends_[1], &byte, 1) == 1; }

    [[nodiscard]] char get() const
    {
        char byte = 0;
        REQUIRE(::read(ends_[0], &byte, 1) == 1);
        return byte;
    }

private:
    int ends_[2] = {-1, -1};
};

/// How many wait for a lock on the file, as the kernel sees it.
int count_waiting(const std::filesystem::path& file)
{
    struct stat status {};
    REQUIRE(::stat(file.c_str(), &status) == 0);
    const std::string inode = ":" + std::to_string(status.st_ino) + " ";
    std::ifstream locks("/proc/locks");
    int count = 0;
    for (std::string line; std::getline(locks, line);)
        count += line.find("->") != std::string::npos && line.find(inode) != std::string::npos ? 1 : 0;
    return count;
}

void await_waiting(const std::filesystem::path& file, int count)
{
    while (count_waiting(file) < count)
        ::sched_yield();
}

std::string read_all(const char* path)
{
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

bool is_free(const std::filesystem::path& file)
{
    return WriteQueue(file).enter(0ms);
}

} // namespace

TEST_CASE("turns come in the order of arrival")
{
    const TestDatabase place;
    const auto file = make_queue_file(place);
    const Pipe served;
    WriteQueue queue(file);
    REQUIRE(queue.enter(0ms));
    std::vector<Process> others;
    for (char name = 'a'; name <= 't'; ++name) {
        others.emplace_back([&, name] {
            WriteQueue own(file);
            return own.enter(10min) && served.put(name) ? 0 : 1;
        });
        await_waiting(file, static_cast<int>(others.size()));
    }
    queue.leave();
    std::string order;
    while (order.size() < others.size())
        order += served.get();
    CHECK(order == "abcdefghijklmnopqrst");
    for (auto& other : others)
        CHECK(other.wait() == 0);
}

TEST_CASE("a holder that does not end its turn delays once, for as long as one is patient")
{
    const TestDatabase place;
    const auto file = make_queue_file(place);
    const Pipe entered;
    const auto body = [&] {
        WriteQueue own(file);
        return own.enter(0ms) && entered.put('x') ? ::pause() : 1;
    };
    Process holder(body);
    (void)entered.get();
    holder.stop();
    WriteQueue queue(file);
    const auto begin = std::chrono::steady_clock::now();
    CHECK_FALSE(queue.enter(50ms));
    CHECK(std::chrono::steady_clock::now() - begin >= 50ms);
    CHECK_FALSE(queue.enter(10min));
    CHECK(count_waiting(file) == 0);
    holder.kill();
    CHECK(queue.enter(0ms));
    queue.leave();
    // It moves again, so one waits again.
    Process next([&] {
        WriteQueue own(file);
        const bool mine = own.enter(0ms) && entered.put('x');
        await_waiting(file, 1);
        return mine ? 0 : 1;
    });
    (void)entered.get();
    CHECK(queue.enter(10min));
    CHECK(next.wait() == 0);
}

TEST_CASE("a turn ends with the process that has it")
{
    const TestDatabase place;
    const auto file = make_queue_file(place);
    const Pipe entered;
    Process holder([&] {
        WriteQueue own(file);
        return own.enter(0ms) && entered.put('x') ? ::pause() : 1;
    });
    (void)entered.get();
    Process next([&] { return WriteQueue(file).enter(10min) ? 0 : 1; });
    await_waiting(file, 1);
    holder.kill();
    CHECK(next.wait() == 0);
}

TEST_CASE("waiting leaves no timer, no handler and no change of the signal mask behind")
{
    const TestDatabase place;
    const auto file = make_queue_file(place);
    const auto dispositions = [] {
        std::vector<std::pair<bool, bool>> all;
        for (int signal = 1; signal <= SIGRTMAX; ++signal) {
            struct sigaction action = {};
            if (::sigaction(signal, nullptr, &action) == 0)
                all.emplace_back(action.sa_handler == SIG_DFL, action.sa_handler == SIG_IGN);
        }
        return all;
    };
    const auto mask = [] {
        const auto status = read_all("/proc/self/status");
        return status.substr(status.find("SigBlk"), 25);
    };
    WriteQueue holder(file);
    REQUIRE(holder.enter(0ms));
    // Whatever the caller has made of all signals.
    sigset_t all;
    sigset_t before;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    const auto mask_before = mask();
    const auto dispositions_before = dispositions();
    for (const auto patience : {1ms, 20ms})
        CHECK_FALSE(WriteQueue(file).enter(patience));
    CHECK(mask() == mask_before);
    CHECK(dispositions() == dispositions_before);
    CHECK(read_all("/proc/self/timers").empty());
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

TEST_CASE("where there is no queue one goes on without")
{
    const TestDatabase place;
    const auto file = place.directory() / "queue";
    SUBCASE("no file") {}
    SUBCASE("a symbolic link")
    {
        std::filesystem::rename(make_queue_file(place), place.directory() / "target");
        std::filesystem::create_symlink(place.directory() / "target", file);
    }
    SUBCASE("a FIFO")
    {
        REQUIRE(::mkfifo(file.c_str(), 0660) == 0);
    }
    SUBCASE("a directory")
    {
        std::filesystem::create_directory(file);
    }
    SUBCASE("a file that others may read, and lock, but not write")
    {
        make_queue_file(place, 0664);
    }
    SUBCASE("a file that the group may read, and lock, but not write")
    {
        make_queue_file(place, 0640);
    }
    WriteQueue queue(file);
    CHECK_FALSE(queue.enter(10min));
    queue.leave();
}

TEST_CASE("the queue is not inherited by programs that are started")
{
    const TestDatabase place;
    const auto file = make_queue_file(place);
    WriteQueue queue(file);
    REQUIRE(queue.enter(0ms));
    int found = 0;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
        std::error_code error;
        if (std::filesystem::read_symlink(entry.path(), error) != file)
            continue;
        ++found;
        CHECK((::fcntl(std::stoi(entry.path().filename()), F_GETFD) & FD_CLOEXEC) != 0);
    }
    CHECK(found == 1);
}

TEST_CASE("a transaction is a turn")
{
    const TestDatabase place;
    (void)place.open();
    Database database(place.options(Access::write));
    const std::filesystem::path file = place.file().string() + "-wal";
    {
        Transaction transaction(database, "test the database");
        CHECK_FALSE(is_free(file));
        transaction.commit();
        CHECK(is_free(file));
    }
    {
        const Transaction transaction(database, "test the database", Durability::relaxed);
        CHECK_FALSE(is_free(file));
    }
    CHECK(is_free(file));
}

TEST_CASE("a transaction that cannot begin gives its turn back")
{
    const TestDatabase place;
    (void)place.open();
    Database database(place.options(Access::write));
    Database other(place.options(Access::write));
    other.execute("BEGIN IMMEDIATE");
    CHECK_THROWS_AS(Transaction(database, "test the database"), Error);
    CHECK(is_free(place.file().string() + "-wal"));
}

TEST_CASE("who holds the queue cannot keep others from writing")
{
    const TestDatabase place;
    const auto store = place.open();
    WriteQueue holder(place.file().string() + "-wal");
    REQUIRE(holder.enter(0ms));
    auto options = place.options(Access::write);
    SUBCASE("impatient")
    {
        options.busy_timeout = 0ms;
    }
    SUBCASE("patient")
    {
        options.busy_timeout = 20ms;
    }
    Database database(options);
    Transaction transaction(database, "test the database");
    transaction.commit();
}

TEST_CASE("to open and close the queue drops no lock of SQLite's")
{
    const TestDatabase place;
    const auto take_lock = [&] {
        sqlite3* client = nullptr;
        sqlite3_open(place.file().c_str(), &client);
        const int code = sqlite3_exec(client, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr);
        sqlite3_close(client);
        return code;
    };
    const Pipe begin;
    // It has nothing of SQLite's from this process, as long as this one has opened nothing.
    Process client([&] { return begin.get() == 'x' ? take_lock() : -1; });
    (void)place.open();
    Database database(place.options(Access::write));
    Transaction transaction(database, "test the database");
    (void)is_free(place.file().string() + "-wal");
    REQUIRE(begin.put('x'));
    CHECK(client.wait() == SQLITE_BUSY);
    transaction.commit();
}

TEST_CASE("with a rollback journal there is no queue, and no need of one")
{
    const TestDatabase place;
    Database database(place.with_rollback_journal());
    Transaction transaction(database, "test the database");
    CHECK_FALSE(std::filesystem::exists(place.file().string() + "-wal"));
    transaction.commit();
}
