#include "app/output_reader.hpp"

#include "core/human_text.hpp"
#include "core/id_text.hpp"
#include "core/output_name.hpp"
#include "core/retry.hpp"
#include "os/output_directory.hpp"
#include "os/output_file.hpp"

#include <escher/error.hpp>

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

namespace escher {

namespace {

constexpr std::size_t piece_size = 64 * 1024;

} // namespace

os::Fd open_output(const Run& run, const std::filesystem::path& directory)
{
    const auto title = fmt::format("the output of run {} of job {}", run.attempt, to_text(run.job));
    const auto path = directory / output_name(run);
    const os::OutputDirectory outputs(directory);
    const int parent = outputs.open_existing();
    if (parent >= 0)
        if (os::Fd file = os::open_output_file(parent, output_name(run)))
            return file;
    const int error = errno;
    std::error_code unknown; // who may not look there is told so below
    if (parent < 0 && std::filesystem::is_symlink(std::filesystem::symlink_status(outputs.path(), unknown)))
        throw Error(ErrorKind::permission,
                    fmt::format("{} is not shown: '{}' is a symbolic link, which is not followed; remove it, or set "
                                "output.directory to where it leads",
                                title, outputs.path().string()));
    if (error == EINVAL)
        throw Error(ErrorKind::permission,
                    fmt::format("{} is not shown: '{}' is no regular file with one name", title, path.string()));
    if (error == ENOENT)
        throw_no_output(run, fmt::format("{} is gone: there is no '{}'", title, path.string()));
    if (error == EACCES)
        throw Error(ErrorKind::permission, fmt::format("cannot open {}, '{}': {}; only the ticks' user and root can",
                                                       title, path.string(), std::strerror(error)));
    throw Error(ErrorKind::io, fmt::format("cannot open {}, '{}': {}", title, path.string(), std::strerror(error)));
}

void throw_no_output(const Run& run, const std::string& otherwise)
{
    const bool not_started = run.outcome && std::holds_alternative<NotStarted>(*run.outcome);
    throw Error(ErrorKind::not_found, not_started ? fmt::format("there is no output of run {} of job {}: {}",
                                                                run.attempt, to_text(run.job), describe(*run.outcome))
                                                  : otherwise);
}

void OutputReader::read(const Sink& sink)
{
    struct stat file {};
    if (::fstat(file_.get(), &file) == 0)
        offset_ = std::min<std::int64_t>(offset_, file.st_size); // the job has truncated its output
    for (const os::OutputSegment& segment : os::readable_segments(file_.get())) {
        const std::int64_t end = segment.offset + segment.length;
        if (end <= offset_)
            continue;
        if (segment.offset > offset_)
            sink.dropped(segment.offset - offset_);
        read_stretch(std::max(offset_, segment.offset), end, sink);
    }
}

void OutputReader::read_stretch(std::int64_t from, std::int64_t to, const Sink& sink)
{
    std::vector<char> buffer(piece_size);
    offset_ = from;
    while (offset_ < to) {
        const auto want = static_cast<std::size_t>(std::min<std::int64_t>(piece_size, to - offset_));
        const ssize_t got = ::pread(file_.get(), buffer.data(), want, offset_);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            throw Error(ErrorKind::io, std::string("cannot read the output file: ") + std::strerror(errno));
        if (got == 0)
            return;
        sink.text({buffer.data(), static_cast<std::size_t>(got)});
        offset_ += got;
    }
}

std::string dropped_marker(std::int64_t bytes)
{
    return fmt::format("\n[escher-cron: {} bytes ({}) were dropped here to keep to output.max_bytes]\n", bytes,
                       human_bytes(bytes));
}

} // namespace escher
