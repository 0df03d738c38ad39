#include "os/packet_socket.hpp"

#include "os/errno_text.hpp"

#include <escher/error.hpp>

#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace escher::os {

namespace {

constexpr auto partner = "the other part of this command";

[[noreturn]] void cannot_part(const std::string& deed, int error)
{
    throw Error(ErrorKind::io, "cannot " + deed + " " + partner + ": " + errno_text(error) + remedy(error));
}

/// Room for one descriptor beside a packet.
struct Beside {
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> bytes{};
};

} // namespace

std::pair<Fd, Fd> packet_sockets()
{
    int ends[2] = {-1, -1};
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
        cannot_part("make a socket to", errno);
    return {Fd(ends[0]), Fd(ends[1])};
}

void send_packet(int socket, std::string_view text, int fd)
{
    iovec piece{.iov_base = const_cast<char*>(text.data()), .iov_len = text.size()};
    msghdr message{};
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    Beside beside;
    if (fd >= 0) {
        message.msg_control = beside.bytes.data();
        message.msg_controllen = beside.bytes.size();
        cmsghdr* const header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof fd);
        std::memcpy(CMSG_DATA(header), &fd, sizeof fd);
    }
    if (text.size() > largest_packet)
        cannot_part("send so much to", EMSGSIZE);
    while (::sendmsg(socket, &message, MSG_NOSIGNAL) < 0)
        if (errno != EINTR)
            cannot_part("send to", errno);
}

std::optional<Packet> receive_packet(int socket)
{
    Packet packet;
    packet.text.resize(largest_packet);
    iovec piece{.iov_base = packet.text.data(), .iov_len = packet.text.size()};
    Beside beside;
    msghdr message{};
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    message.msg_control = beside.bytes.data();
    message.msg_controllen = beside.bytes.size();
    ssize_t got = -1;
    while ((got = ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC)) < 0)
        if (errno == ECONNRESET)
            return std::nullopt;
        else if (errno != EINTR)
            cannot_part("hear from", errno);
    for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr; header = CMSG_NXTHDR(&message, header))
        if (header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS) {
            int fd = -1;
            std::memcpy(&fd, CMSG_DATA(header), sizeof fd);
            packet.fd.reset(fd);
        }
    if ((message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0)
        cannot_part("hear so much from", EMSGSIZE);
    if (got == 0)
        return std::nullopt; // no packet of ours is empty
    packet.text.resize(static_cast<std::size_t>(got));
    return packet;
}

} // namespace escher::os
