#include "split/frame.hpp"

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstdint>

namespace escher::split {

namespace {

constexpr std::size_t header_size = 4;
constexpr std::size_t most_at_once = std::size_t{64} << 10;

std::uint32_t length_in(std::string_view header)
{
    std::uint32_t length = 0;
    for (std::size_t i = 0; i < header_size; ++i)
        length |= static_cast<std::uint32_t>(static_cast<unsigned char>(header[i])) << (8 * i);
    return length;
}

std::string framed(std::string_view content)
{
    std::string frame;
    frame.reserve(header_size + content.size());
    for (std::size_t i = 0; i < header_size; ++i)
        frame += static_cast<char>(content.size() >> (8 * i) & 0xff);
    frame += content;
    return frame;
}

} // namespace

FrameReader::Input FrameReader::receive(int socket)
{
    return take(socket, MSG_DONTWAIT);
}

FrameReader::Input FrameReader::await(int socket)
{
    return take(socket, 0);
}

FrameReader::Input FrameReader::take(int socket, int flags)
{
    std::array<char, most_at_once> bytes;
    while (untaken().size() <= most_ + header_size) {
        const ssize_t size = ::recv(socket, bytes.data(), bytes.size(), flags);
        if (size > 0)
            arrived_.append(bytes.data(), static_cast<std::size_t>(size));
        else if (size == 0 || (errno != EINTR && errno != EAGAIN && errno != EWOULDBLOCK))
            return Input::closed;
        if (size < 0 && errno == EINTR)
            continue;
        if (size < static_cast<ssize_t>(bytes.size()))
            return Input::open;
        flags = MSG_DONTWAIT; // what comes after it need not be there yet
    }
    return Input::open;
}

std::optional<std::string> FrameReader::next()
{
    const auto here = untaken();
    if (here.size() < header_size)
        return std::nullopt;
    const std::size_t length = length_in(here);
    if (length > most_)
        throw ProtocolError("a message of " + std::to_string(length) + " bytes");
    if (here.size() - header_size < length)
        return std::nullopt;
    std::string content(here.substr(header_size, length));
    begin_ += header_size + length;
    // Seldom, or many short frames would each move all that comes after them.
    if (begin_ > arrived_.size() / 2) {
        arrived_.erase(0, begin_);
        begin_ = 0;
    }
    return content;
}

bool FrameReader::has_next() const
{
    const auto here = untaken();
    return here.size() >= header_size && (length_in(here) > most_ || here.size() - header_size >= length_in(here));
}

bool send_now(int socket, std::string_view content)
{
    const std::string frame = framed(content);
    for (;;) {
        const ssize_t sent = ::send(socket, frame.data(), frame.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent >= 0 || errno != EINTR)
            return sent == static_cast<ssize_t>(frame.size());
    }
}

void send(int socket, std::string_view content)
{
    const std::string frame = framed(content);
    std::string_view left = frame;
    while (!left.empty()) {
        const ssize_t sent = ::send(socket, left.data(), left.size(), MSG_NOSIGNAL);
        if (sent >= 0)
            left.remove_prefix(static_cast<std::size_t>(sent));
        else if (errno != EINTR)
            throw ProtocolError("the other process is gone");
    }
}

} // namespace escher::split
