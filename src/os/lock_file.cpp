#include "os/lock_file.hpp"

#include "os/errno_text.hpp"
#include "os/host.hpp"
#include "os/lock_epoch.hpp"
#include "os/lock_text.hpp"
#include "os/network_file_system.hpp"

#include <escher/error.hpp>

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <string>

namespace escher::os {

namespace {

constexpr off_t holder_byte = 0;
constexpr off_t next_byte = 1;
constexpr off_t epoch_byte = 2; ///< held by who gives the file its epoch
// A mark is the file's epoch in front of 31 random bits. Locks of bytes and what stands in them have nothing to do with
// each other.
constexpr int mark_bits = 31;
constexpr std::int64_t first_mark = 1024; ///< the bytes below serve other locks
constexpr std::chrono::minutes stuck_after{3};

struct flock byte_lock(short type, off_t byte)
{
    struct flock lock = {};
    lock.l_type = type;
    lock.l_whence = SEEK_SET;
    lock.l_start = byte;
    lock.l_len = 1;
    return lock;
}

/// Locks belong to the open file, not to the process: closing some other descriptor of the file does not lose them, and
/// they are gone with the last copy of this one. False: another has the byte, or (errno tells) it could not be had.
bool try_lock(int fd, off_t byte)
{
    auto lock = byte_lock(F_WRLCK, byte);
    return ::fcntl(fd, F_OFD_SETLK, &lock) == 0;
}

/// Twice if the first time fails: others would wait for a lock that nobody knows of any more.
void unlock(int fd, off_t byte)
{
    auto lock = byte_lock(F_UNLCK, byte);
    if (::fcntl(fd, F_OFD_SETLK, &lock) != 0)
        ::fcntl(fd, F_OFD_SETLK, &lock);
}

/// True if somebody else has the byte; none (and errno) where the kernel does not say, asked twice.
std::optional<bool> locked_by_other(int fd, off_t byte)
{
    for (int asked = 0; asked < 2; ++asked)
        if (auto lock = byte_lock(F_WRLCK, byte); ::fcntl(fd, F_OFD_GETLK, &lock) == 0)
            return lock.l_type != F_UNLCK;
    return std::nullopt;
}

/// None (and errno) where that cannot be told, asked twice.
std::optional<bool> names_file(const std::filesystem::path& path, int fd)
{
    struct stat named = {};
    struct stat opened = {};
    for (int asked = 0; asked < 2; ++asked) {
        const bool there = ::lstat(path.c_str(), &named) == 0;
        if (!there && (errno == ENOENT || errno == ENOTDIR))
            return false;
        if (there && ::fstat(fd, &opened) == 0)
            return named.st_dev == opened.st_dev && named.st_ino == opened.st_ino;
    }
    return std::nullopt;
}

[[noreturn]] void refuse(const std::filesystem::path& path, ErrorKind kind, const std::string& why)
{
    throw Error(kind, "cannot use the lock file '" + path.string() + "': " + why);
}

[[noreturn]] void cannot_examine_lock(const std::filesystem::path& path, int error)
{
    throw Error(ErrorKind::io,
                "cannot examine the lock file '" + path.string() + "': " + errno_text(error) + remedy(error));
}

/// False: another has it.
bool take_byte(const std::filesystem::path& path, int fd, off_t byte)
{
    if (try_lock(fd, byte))
        return true;
    if (errno != EAGAIN && errno != EACCES)
        refuse(path, ErrorKind::io, "it cannot be locked: " + errno_text(errno) + remedy(errno));
    return false;
}

Fd open_lock(const std::filesystem::path& path)
{
    constexpr int flags = O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
    Fd fd(::open(path.c_str(), flags | O_CREAT | O_EXCL, 0600));
    if (fd) {
        ::fchmod(fd.get(), 0600); // whatever the umask
        return fd;
    }
    if (errno == EEXIST)
        fd = Fd(::open(path.c_str(), flags));
    const int error = errno;
    struct stat file = {};
    if (!fd && error == ELOOP)
        refuse(path, ErrorKind::permission, "it is a symbolic link; remove it, or set run.lock to the file itself");
    if (!fd && error == EISDIR)
        refuse(path, ErrorKind::cannot_create, "it is a directory; set run.lock to a file");
    if (!fd)
        refuse(path, error == EACCES ? ErrorKind::permission : ErrorKind::cannot_create,
               errno_text(error) + (error == ENOENT ? "; create its directory or set run.lock" : remedy(error)));
    if (::fstat(fd.get(), &file) != 0)
        cannot_examine_lock(path, errno);
    if (!S_ISREG(file.st_mode))
        refuse(path, ErrorKind::permission, "it is not a regular file; remove it, a new one is made");
    if (file.st_nlink > 1)
        refuse(path, ErrorKind::permission,
               "the file has another name as well (it is a hard link), under which it may be something else; remove "
               "this one, a new one is made");
    // Whoever can open it, be it for reading, can hold a lock on it.
    constexpr mode_t of_others = 0077;
    if (file.st_uid == ::geteuid() && (file.st_mode & of_others) != 0 && ::fchmod(fd.get(), 0600) != 0)
        refuse(path, ErrorKind::permission, "others can open it: " + errno_text(errno) + remedy(errno));
    return fd;
}

std::int64_t random_number()
{
    std::int64_t number = 0;
    if (::getrandom(&number, sizeof number, 0) != static_cast<ssize_t>(sizeof number))
        number = std::chrono::steady_clock::now().time_since_epoch().count() ^ (std::int64_t{::getpid()} << 32);
    return number;
}

std::int64_t random_mark(std::int64_t epoch)
{
    constexpr std::int64_t below = (std::int64_t{1} << mark_bits) - 1;
    return epoch << mark_bits | std::max(random_number() & below, first_mark);
}

/// The file's epoch; one that is new, or was emptied, is given one. 0: it has none yet, so that this process will not be
/// able to prove of a claim that it was never executed.
std::int64_t settle_epoch(int fd)
{
    if (const auto epoch = read_epoch(fd); epoch != 0)
        return epoch;
    if (!try_lock(fd, epoch_byte))
        return 0; // somebody else is at it this very moment
    auto epoch = read_epoch(fd);
    if (epoch == 0) {
        const auto fresh = std::max<std::int64_t>(random_number() & largest_epoch, 1);
        if (write_line<epoch_line_size>(fd, "epoch " + std::to_string(fresh), epoch_line_at))
            epoch = fresh;
    }
    unlock(fd, epoch_byte);
    return epoch;
}

/// Whatever the holder says of itself, or does not say: nobody has got the lock for minutes.
bool is_stuck(int fd)
{
    // Who holds the lock lives under this kernel, be it in a container that has another boot id or none.
    const auto line = read_holder_line(fd);
    const auto held = line ? age_of(line->since_boot_ms, line->boot_id) : std::nullopt;
    return note_kept_out(fd) >= stuck_after || held.value_or(Duration::zero()) >= stuck_after;
}

} // namespace

LockFile::LockFile(std::filesystem::path path) : path_(std::move(path))
{
    if (const auto type = network_file_system(path_))
        refuse(path_, ErrorKind::config,
               "it lies on a network file system (" + *type +
                   "), where locks cannot be relied on; set run.lock to a file on a local disk");
    fd_ = open_lock(path_);
    epoch_ = settle_epoch(fd_.get());
    // A few tries tell a taken number from a file system that does not lock.
    for (int tries = 0; mark_ == 0 && tries < 8; ++tries) {
        const auto mark = random_mark(epoch_);
        if (try_lock(fd_.get(), mark))
            mark_ = mark;
    }
    if (mark_ == 0)
        refuse(path_, ErrorKind::unavailable, "its file system does not lock: " + errno_text(errno));
}

bool LockFile::try_take()
{
    if (held_)
        return true;
    if (!take_byte(path_, fd_.get(), holder_byte))
        return false;
    if (const auto named = names_file(path_, fd_.get()); !named.value_or(false)) {
        const int error = errno;
        unlock(fd_.get(), holder_byte);
        if (!named)
            cannot_examine_lock(path_, error);
        refuse(
            path_, ErrorKind::unavailable,
            "it was deleted or replaced while this process had it open; it must stay in place as long as jobs run");
    }
    held_ = true;
    older_waiter_ = locked_by_other(fd_.get(), next_byte).value_or(false);
    write_holder_line(fd_.get());
    return true;
}

LockFile::Wait LockFile::take_over(Duration at_most)
{
    if (try_take())
        return Wait::taken;
    const auto until = std::chrono::steady_clock::now() + at_most;
    while (!take_byte(path_, fd_.get(), next_byte)) {
        // Another is next. Under a holder that has not changed for minutes it either takes over within a second, or is
        // itself stopped, and with it everything.
        if (!is_stuck(fd_.get()))
            return Wait::other_waits;
        if (std::chrono::steady_clock::now() >= until)
            return Wait::holder_stuck;
        const timespec nap = {.tv_sec = 0, .tv_nsec = 20'000'000};
        ::nanosleep(&nap, nullptr);
    }
    // The holder looks at the byte that is locked now at least once a second. A wait with a time limit is not to be had
    // from fcntl(2); this one is short and ends soon after the lock is free.
    bool taken = false;
    try {
        timespec nap = {.tv_sec = 0, .tv_nsec = 1'000'000};
        while (!(taken = try_take()) && std::chrono::steady_clock::now() < until) {
            ::nanosleep(&nap, nullptr);
            nap.tv_nsec = std::min(nap.tv_nsec * 2, 10'000'000L);
        }
    } catch (...) {
        unlock(fd_.get(), next_byte);
        throw;
    }
    unlock(fd_.get(), next_byte);
    if (taken)
        return Wait::taken;
    return is_stuck(fd_.get()) ? Wait::holder_stuck : Wait::holder_healthy;
}

bool LockFile::still_ours()
{
    if (!held_)
        return false;
    // A waiter that is stopped must not make each newer tick let go before it has done anything.
    const auto announced = locked_by_other(fd_.get(), next_byte);
    if (!announced)
        cannot_examine_lock(path_, errno);
    older_waiter_ = older_waiter_ && *announced;
    const bool newer = *announced && !older_waiter_;
    const auto named = newer ? std::optional(true) : names_file(path_, fd_.get());
    if (!named)
        cannot_examine_lock(path_, errno);
    if (newer || !*named)
        release();
    return held_;
}

void LockFile::release()
{
    if (!held_)
        return;
    held_ = false;
    unlock(fd_.get(), holder_byte);
}

bool LockFile::mark_lives(std::int64_t mark) const
{
    return mark >= first_mark && locked_by_other(fd_.get(), mark).value_or(true);
}

bool LockFile::mark_lives(const std::filesystem::path& path, std::int64_t mark)
{
    if (mark < first_mark)
        return false;
    const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY));
    if (!fd)
        return errno != ENOENT;
    return locked_by_other(fd.get(), mark).value_or(true);
}

std::optional<LockHolder> LockFile::holder(const std::filesystem::path& path)
{
    const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY));
    struct stat file = {};
    if (!fd) {
        if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == EIO)
            cannot_examine_lock(path, errno);
        return std::nullopt;
    }
    if (::fstat(fd.get(), &file) != 0)
        cannot_examine_lock(path, errno);
    if (!S_ISREG(file.st_mode))
        return std::nullopt;
    const auto held = locked_by_other(fd.get(), holder_byte);
    const auto announced = held.value_or(true) ? held : locked_by_other(fd.get(), next_byte);
    if (!held || !announced)
        cannot_examine_lock(path, errno);
    if (!*held)
        return *announced ? std::optional(LockHolder{}) : std::nullopt;
    const auto line = read_holder_line(fd.get());
    return line && age_of(line->since_boot_ms, line->boot_id)
               ? LockHolder{.pid = line->pid, .since = Time(Duration(line->since_ms))}
               : LockHolder{};
}

Duration LockFile::kept_out() const
{
    return read_kept_out(fd_.get()).value_or(Duration::zero());
}

bool LockFile::others_use_it() const
{
    if (mark_ == 0)
        return true;
    auto below = byte_lock(F_WRLCK, 0);
    below.l_len = 0; // to the end, wherever that is
    if (::fcntl(fd_.get(), F_OFD_GETLK, &below) != 0)
        cannot_examine_lock(path_, errno);
    return below.l_type != F_UNLCK;
}

Fd LockFile::copy_of_file() const
{
    const int file = ::fcntl(fd_.get(), F_DUPFD_CLOEXEC, 3);
    if (file < 0)
        refuse(path_, ErrorKind::unavailable, errno_text(errno) + remedy(errno));
    return Fd(file);
}

std::int64_t LockFile::epoch_of(std::int64_t mark)
{
    return mark >> mark_bits;
}

std::int64_t LockFile::epoch_at(const std::filesystem::path& path)
{
    const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY));
    return fd ? read_epoch(fd.get()) : 0;
}

} // namespace escher::os
