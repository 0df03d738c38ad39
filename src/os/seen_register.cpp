#include "os/seen_register.hpp"

#include "os/errno_text.hpp"
#include "os/machine_mark.hpp"

#include <escher/error.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <sstream>

namespace escher::os {

namespace {

using Line = std::array<char, SeenRegister::line_size>;

struct Lines {
    std::array<Line, SeenRegister::lines> text{};

    [[nodiscard]] std::string line(std::size_t index) const
    {
        const auto& bytes = text.at(index);
        return {bytes.begin(), std::find(bytes.begin(), bytes.end(), '\0')};
    }
};

[[noreturn]] void fail(const std::filesystem::path& path, const char* deed, int error)
{
    throw Error(ErrorKind::io, std::string("cannot ") + deed + " what has run, in the lock file '" + path.string() +
                                   "': " + errno_text(error) + remedy(error));
}

Lines read_lines(int fd, const std::filesystem::path& path)
{
    Lines lines;
    // One read: what is written meanwhile is there whole or not at all. The end of a young file lies before it.
    if (::pread(fd, lines.text.data(), sizeof lines.text, SeenRegister::begin) < 0)
        fail(path, "read", errno);
    return lines;
}

void write_line(int fd, const std::filesystem::path& path, const std::string& text, std::size_t index)
{
    Line line{};
    std::copy_n(text.begin(), std::min(text.size(), line.size() - 1), line.begin());
    const auto at = SeenRegister::begin + static_cast<off_t>(index * line.size());
    const ssize_t written = ::pwrite(fd, line.data(), line.size(), at);
    if (written != static_cast<ssize_t>(line.size()))
        fail(path, "note", written < 0 ? errno : ENOSPC);
}

} // namespace

SeenRegister::SeenRegister(Fd file, std::filesystem::path path) : file_(std::move(file)), path_(std::move(path)) {}

std::optional<SeenRegister> SeenRegister::at(const std::filesystem::path& path)
{
    Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY));
    if (!file && errno != ENOENT && errno != ENOTDIR && errno != EACCES && errno != ELOOP)
        fail(path, "read", errno);
    struct stat found = {};
    if (!file || ::fstat(file.get(), &found) != 0 || !S_ISREG(found.st_mode))
        return std::nullopt;
    return SeenRegister(std::move(file), path);
}

bool SeenRegister::is_hidden(const std::filesystem::path& path) noexcept
{
    return ::faccessat(AT_FDCWD, path.c_str(), R_OK, AT_EACCESS) != 0 && errno == EACCES;
}

SeenRegister::Answer SeenRegister::look_up(const std::string& instance) const
{
    Answer answer;
    // One who does not hold the lock may read while a line is being written: what is damaged is damaged twice.
    for (int looked = 0; looked == 0 || (looked == 1 && answer.damaged); ++looked) {
        const Lines all = read_lines(file_.get(), path_);
        answer.damaged = false;
        for (std::size_t index = 0; index < lines; ++index) {
            const std::string text = all.line(index);
            auto seen = text.empty() ? std::nullopt : parse_seen(text);
            if (seen && seen->instance == instance)
                return {std::move(seen), false};
            answer.damaged = answer.damaged || (!text.empty() && !seen);
        }
    }
    return answer;
}

void SeenRegister::write(const Seen& seen) const
{
    // Under load a line is written for each claim.
    if (last_ && last_->first == seen.instance)
        return write_line(file_.get(), path_, to_text(seen), last_->second);
    const Lines all = read_lines(file_.get(), path_);
    std::size_t best = 0;
    Time oldest = Time::max();
    for (std::size_t index = 0; index < lines; ++index) {
        const std::string text = all.line(index);
        const auto there = parse_seen(text);
        if (there && there->instance == seen.instance) {
            best = index;
            break;
        }
        // What cannot be read may be needed yet: it goes last.
        const Time age = text.empty() ? Time::min() : there ? there->at : Time::max() - Duration(1);
        if (age < oldest) {
            oldest = age;
            best = index;
        }
    }
    write_line(file_.get(), path_, to_text(seen), best);
    last_.emplace(seen.instance, best);
}

void SeenRegister::clear_damaged() const
{
    const Lines all = read_lines(file_.get(), path_);
    for (std::size_t index = 0; index < lines; ++index)
        if (const std::string text = all.line(index); !text.empty() && !parse_seen(text))
            write_line(file_.get(), path_, "", index);
}

std::optional<SeenRegister::Hold> SeenRegister::hold() const
{
    std::array<char, hold_line_size> line{};
    const ssize_t size = ::pread(file_.get(), line.data(), line.size(), hold_line_at);
    std::istringstream in(std::string(line.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0))));
    std::string kind;
    Hold hold;
    std::int64_t since = 0;
    std::int64_t said = 0;
    if (!(in >> kind >> hold.key >> since >> said) || kind != "held")
        return std::nullopt;
    hold.since = Time(Duration(since));
    hold.said = Time(Duration(said));
    return hold;
}

void SeenRegister::write_hold(const Hold& hold) const noexcept
{
    std::array<char, hold_line_size> line{};
    line.fill(' ');
    const std::string text = "held " + hold.key + ' ' + std::to_string(hold.since.time_since_epoch().count()) + ' ' +
                             std::to_string(hold.said.time_since_epoch().count());
    std::copy_n(text.begin(), std::min(text.size(), line.size() - 1), line.begin());
    line.back() = '\n';
    static_cast<void>(::pwrite(file_.get(), line.data(), line.size(), hold_line_at));
}

FileMark SeenRegister::file() const
{
    return file_mark(file_.get(), path_);
}

} // namespace escher::os
