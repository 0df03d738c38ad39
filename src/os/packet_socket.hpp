#pragma once

#include "os/fd.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace escher::os {

/// What crosses between two processes in one piece: at most `largest_packet` bytes, and a descriptor or none.
struct Packet {
    std::string text;
    Fd fd;
};

inline constexpr std::size_t largest_packet = 64 * 1024;

/// Two ends of a socket, each closed when a program is executed. Throws Error.
[[nodiscard]] std::pair<Fd, Fd> packet_sockets();

/// Throws Error, also where the other end is gone: no signal is raised.
void send_packet(int socket, std::string_view text, int fd = -1);

/// Waits for one. None: the other end is gone. Throws Error; a packet that is larger than allowed is one.
[[nodiscard]] std::optional<Packet> receive_packet(int socket);

} // namespace escher::os
