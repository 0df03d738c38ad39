#include "split/store_process.hpp"

#include "os/errno_text.hpp"
#include "split/wire.hpp"

#include <escher/error.hpp>

#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <cerrno>
#include <csignal>

namespace escher::split {

namespace {

/// Of addresses. A row may have 256 MiB, of which there are a few copies at a time.
constexpr std::size_t most_memory = std::size_t{2} << 30;
constexpr int failed = 70;

[[noreturn]] void fail(const std::string& deed)
{
    const int error = errno;
    throw Error(ErrorKind::unavailable, "cannot " + deed + ": " + os::errno_text(error) + os::remedy(error));
}

/// What the child is from here on. Nothing of the parent's frames is taken down in it: they own descriptors that are not
/// its own.
[[noreturn]] void be_store_process(pid_t parent, int socket, const os::UnprivilegedUser& owner,
                                   const std::function<int(int)>& body)
try {
    os::read_nothing();
    if (::chdir("/") != 0)
        fail("leave the directory that the tick was started in");
    os::bound_memory(most_memory);
    os::become(owner, parent, socket);
    ::_exit(body(socket));
} catch (const Error& error) {
    static_cast<void>(
        send_now(socket, encode(Request(Goodbye{.status = failed, .error = std::pair(error.kind(), error.what())}))));
    ::_exit(failed);
} catch (...) {
    ::_exit(failed);
}

} // namespace

void StoreProcess::signal(int number) const
{
    if (process)
        ::syscall(SYS_pidfd_send_signal, process.get(), number, nullptr, 0);
}

StoreProcess start_store_process(const os::UnprivilegedUser& owner, const std::function<int(int socket)>& body)
{
    int ends[2] = {};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        fail("create a pair of sockets");
    os::Fd ours(ends[0]);
    const os::Fd theirs(ends[1]);
    const pid_t parent = ::getpid();
    const pid_t pid = ::fork();
    if (pid < 0)
        fail("create the process that works on the database");
    if (pid == 0)
        be_store_process(parent, theirs.get(), owner, body);
    os::Fd process(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    if (!process) {
        const int error = errno;
        ::kill(pid, SIGKILL);
        ::waitpid(pid, nullptr, 0);
        errno = error;
        fail("watch the process that works on the database");
    }
    return {.pid = pid, .process = std::move(process), .socket = std::move(ours)};
}

} // namespace escher::split
