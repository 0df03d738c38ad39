#include "os/output_file.hpp"

#include "os/errno_text.hpp"

#include <escher/error.hpp>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <cerrno>

namespace escher::os {

namespace {

constexpr std::int64_t page = 4096;

std::int64_t align_down(std::int64_t bytes, std::int64_t block)
{
    return bytes / block * block;
}

/// The unit of holes: smaller ones would be zeroed, not freed.
std::int64_t hole_block(const struct stat& file, std::int64_t max_bytes)
{
    const auto block = static_cast<std::int64_t>(file.st_blksize);
    return block > page && block <= max_bytes / 16 ? block : page;
}

Fd create_file(int directory, const std::string& name)
{
    constexpr int flags = O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY;
    const auto create = [&] { return ::openat(directory, name.c_str(), flags, 0640); };
    const int fd = create();
    if (fd >= 0 || errno != EEXIST)
        return Fd(fd);
    // The number of a run is never given twice, so this is a file of another life: the database was restored from a
    // backup, or begun anew. It goes, unless somebody still writes to it.
    const Fd old(::openat(directory, name.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    if (old && ::flock(old.get(), LOCK_EX | LOCK_NB) < 0) {
        errno = EBUSY;
        return {};
    }
    if (::unlinkat(directory, name.c_str(), 0) < 0)
        return {};
    return Fd(create());
}

bool is_full(int directory)
{
    struct statvfs space = {};
    if (::fstatvfs(directory, &space) < 0 || space.f_blocks == 0)
        return false;
    return (::geteuid() == 0 ? space.f_bfree : space.f_bavail) == 0;
}

} // namespace

std::vector<OutputSegment> readable_segments(int fd)
{
    struct stat file = {};
    std::vector<OutputSegment> segments;
    if (::fstat(fd, &file) < 0 || file.st_size == 0)
        return segments;
    const off_t before = ::lseek(fd, 0, SEEK_CUR);
    for (off_t at = 0; at < file.st_size;) {
        const off_t data = ::lseek(fd, at, SEEK_DATA);
        if (data < 0) {
            if (errno != ENXIO) // not "a hole up to the end": this file system knows no holes
                segments.assign(1, {0, file.st_size});
            break;
        }
        const off_t hole = ::lseek(fd, data, SEEK_HOLE);
        const off_t end = hole < 0 ? file.st_size : std::min(hole, file.st_size);
        if (end <= data)
            break;
        segments.push_back({data, end - data});
        at = end;
    }
    if (before >= 0)
        ::lseek(fd, before, SEEK_SET);
    return segments;
}

Fd open_output_file(int directory, const std::string& name)
{
    const auto is_plain = [](const struct stat& file) { return S_ISREG(file.st_mode) && file.st_nlink <= 1; };
    struct stat named = {};
    if (::fstatat(directory, name.c_str(), &named, AT_SYMLINK_NOFOLLOW) < 0)
        return {};
    Fd file;
    if (is_plain(named))
        file = Fd(::openat(directory, name.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY));
    else
        errno = EINVAL;
    if (!file)
        return {};
    // It may be another by now.
    struct stat opened = {};
    if (::fstat(file.get(), &opened) == 0 && is_plain(opened))
        return file;
    errno = EINVAL;
    return {};
}

OutputFile::OutputFile(OutputDirectory& directory, std::string name)
    : directory_(&directory), name_(std::move(name)), last_look_(std::chrono::steady_clock::now())
{
    const auto fail = [&](int error) {
        throw Error(ErrorKind::cannot_create, "cannot create the output file '" + name_ + "' in '" +
                                                  directory_->path().string() + "': " + errno_text(error) +
                                                  remedy(error));
    };
    if (!OutputDirectory::is_plain_name(name_))
        fail(EINVAL);
    int parent = directory.open_or_create();
    fd_ = create_file(parent, name_);
    if (!fd_ && errno == ENOENT) {
        directory.forget();
        parent = directory.open_or_create();
        fd_ = create_file(parent, name_);
    }
    if (!fd_)
        fail(errno);
    if (::flock(fd_.get(), LOCK_EX | LOCK_NB) < 0) {
        const int error = errno;
        discard();
        fail(error);
    }
    // An empty file can be created on a full disk; the job could not write a byte.
    if (is_full(parent)) {
        discard();
        fail(ENOSPC);
    }
}

void OutputFile::discard()
{
    ::unlinkat(directory_->open_existing(), name_.c_str(), 0);
    fd_.reset();
}

std::chrono::milliseconds OutputFile::bound(std::int64_t max_bytes, std::chrono::steady_clock::time_point now)
{
    using namespace std::chrono;
    constexpr milliseconds shortest{20};
    constexpr milliseconds longest{1000};
    struct stat file = {};
    if (::fstat(fd_.get(), &file) < 0)
        return longest;
    const std::int64_t on_disk = file.st_blocks * 512;
    if (on_disk > max_bytes && file.st_size > max_bytes) {
        // Half of the tail now leaves room to grow into before the next time.
        const auto block = hole_block(file, max_bytes);
        drop_middle(file.st_size, align_down(max_bytes / 4, block), max_bytes / 2, block);
    }

    const std::int64_t grown = file.st_size - last_size_;
    const auto passed = duration_cast<milliseconds>(now - last_look_);
    if (grown == 0) {
        interval_ = std::min(interval_ * 2, longest);
    } else {
        // Look again when half of the room would be used up at this pace.
        const std::int64_t room = std::max(max_bytes - on_disk, max_bytes / 4);
        const double pace =
            static_cast<double>(std::abs(grown)) / static_cast<double>(std::max<std::int64_t>(passed.count(), 1));
        const double wait = std::min(static_cast<double>(room) / 2 / pace, static_cast<double>(longest.count()));
        interval_ = std::clamp(milliseconds(static_cast<std::int64_t>(wait)), shortest, longest);
    }
    last_size_ = file.st_size;
    last_look_ = now;
    return interval_;
}

void OutputFile::bound_finally(std::int64_t max_bytes)
{
    struct stat file = {};
    if (::fstat(fd_.get(), &file) < 0)
        return;
    if (file.st_blocks * 512 > max_bytes && file.st_size > max_bytes) {
        const auto block = hole_block(file, max_bytes);
        const std::int64_t head = align_down(max_bytes / 4, block);
        // The first and the last block of the tail may be used only in part.
        drop_middle(file.st_size, head, std::max<std::int64_t>(max_bytes - head - 2 * block, 0), block);
    }
}

void OutputFile::drop_middle(std::int64_t size, std::int64_t head, std::int64_t tail, std::int64_t block)
{
    // The hole ends on a block so that nothing of the tail is lost, and begins anew at the head each time: a job may
    // have truncated or rewritten its output since.
    const std::int64_t end = align_down(size - tail + block - 1, block);
    if (end <= head)
        return;
    if (holes_supported_) {
        if (::fallocate(fd_.get(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, head, end - head) == 0) {
            hole_from_ = head;
            hole_to_ = end;
            return;
        }
        if (errno != EOPNOTSUPP && errno != ENOSYS)
            return; // the next look tries again
        holes_supported_ = false;
    }
    cut(size, head);
}

void OutputFile::cut(std::int64_t size, std::int64_t head)
{
    // Appending writers go on at the new end: what follows is the tail, shorter than with holes.
    if (::ftruncate(fd_.get(), head) < 0)
        return;
    cut_ += size - head;
    say("[escher-cron: " + std::to_string(cut_) +
        " bytes were dropped up to here; this file system cannot punch holes, so less of the end is kept]");
}

void OutputFile::say(const std::string& text)
{
    const std::string line = "\n" + text + "\n";
    // Only words: where there is no room for them, nothing else is lost.
    [[maybe_unused]] const ssize_t written = ::write(fd_.get(), line.data(), line.size());
}

OutputSize OutputFile::size() const
{
    struct stat file = {};
    if (::fstat(fd_.get(), &file) < 0)
        return {};
    // A job that truncated its output took part of the hole with it.
    const std::int64_t hole = std::max<std::int64_t>(std::min<std::int64_t>(hole_to_, file.st_size) - hole_from_, 0);
    return {.written = file.st_size + cut_, .dropped = hole + cut_};
}

} // namespace escher::os
