#include "os/random_token.hpp"

#include "os/errno_text.hpp"

#include <escher/error.hpp>

#include <sys/random.h>

#include <array>
#include <cerrno>

namespace escher::os {

std::string random_token()
{
    std::array<unsigned char, 16> bytes{};
    // So few are never cut short, once there are any.
    if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
        throw Error(ErrorKind::io, "cannot make a token for the job: " + errno_text(errno) + remedy(errno));
    std::string text;
    for (const unsigned byte : bytes) {
        text += "0123456789abcdef"[byte >> 4];
        text += "0123456789abcdef"[byte & 15];
    }
    return text;
}

} // namespace escher::os
