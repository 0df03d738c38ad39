#pragma once

#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace escher::split {

/// What came from the other process is none of our messages.
struct ProtocolError : std::runtime_error {
    using runtime_error::runtime_error;
};

/// Takes frames off a stream socket: four bytes of length, the lowest first, and as many bytes of content.
class FrameReader {
public:
    /// `most`: that the content of a frame may have.
    explicit FrameReader(std::size_t most) : most_(most) {}

    enum class Input {
        open,
        closed, ///< nothing comes any more
    };

    /// Takes what has arrived, without waiting, but not much more than one frame.
    Input receive(int socket);

    /// Waits for something to arrive, and takes it.
    Input await(int socket);

    /// The content of the next frame that is there whole. Throws ProtocolError if it is too long.
    [[nodiscard]] std::optional<std::string> next();

    /// True if next() has one, or throws.
    [[nodiscard]] bool has_next() const;

private:
    Input take(int socket, int flags);
    [[nodiscard]] std::string_view untaken() const { return std::string_view(arrived_).substr(begin_); }

    std::size_t most_;
    std::string arrived_;
    std::size_t begin_ = 0; ///< of what has not been taken yet
};

/// Sends a frame without waiting. False: it could not be sent whole, be it that the other side does not read; the socket is
/// of no use any more.
[[nodiscard]] bool send_now(int socket, std::string_view content);

/// Sends a frame, and waits for room. Throws ProtocolError if the other side is gone.
void send(int socket, std::string_view content);

} // namespace escher::split
