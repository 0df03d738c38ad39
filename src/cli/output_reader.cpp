#include "cli/output_reader.hpp"

#include "cli/render.hpp"
#include "core/human_text.hpp"
#include "os/output_file.hpp"

#include <escher/error.hpp>

#include <fmt/format.h>

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

namespace escher::cli {

namespace {

constexpr std::size_t piece_size = 64 * 1024;

/// How many bytes at the end of `text` may be the beginning of a character that goes on in the next piece.
std::size_t unfinished_tail(std::string_view text)
{
    for (std::size_t back = 1; back <= std::min<std::size_t>(3, text.size()); ++back) {
        const auto byte = static_cast<unsigned char>(text[text.size() - back]);
        if ((byte & 0xC0) == 0x80)
            continue;
        const std::size_t needs = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1;
        return needs > back ? back : 0;
    }
    return 0;
}

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
            throw Error(ExitStatus::io, std::string("cannot read the output file: ") + std::strerror(errno));
        if (got == 0)
            return;
        sink.text({buffer.data(), static_cast<std::size_t>(got)});
        offset_ += got;
    }
}

std::string PieceEscaper::escape(std::string_view piece)
{
    std::string text = std::exchange(held_, {}) + std::string(piece);
    const std::size_t tail = unfinished_tail(text);
    held_ = text.substr(text.size() - tail);
    text.resize(text.size() - tail);
    return escape_for_terminal(text, true);
}

std::string PieceEscaper::rest()
{
    return escape_for_terminal(std::exchange(held_, {}), true);
}

std::string dropped_marker(std::int64_t bytes)
{
    return fmt::format("\n[escher-cron: {} bytes ({}) were dropped here to keep to output.max_bytes]\n", bytes,
                       human_bytes(bytes));
}

} // namespace escher::cli
