#include "app/output_reader.hpp"

#include "core/human_text.hpp"
#include "os/output_file.hpp"

#include <escher/error.hpp>

#include <fmt/format.h>

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

namespace escher {

namespace {

constexpr std::size_t piece_size = 64 * 1024;

} // namespace

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
