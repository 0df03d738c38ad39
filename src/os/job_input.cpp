#include "os/job_input.hpp"

#include "os/errno_text.hpp"

#include <escher/error.hpp>

#include <fcntl.h>
#include <sys/mman.h>

#include <cerrno>

namespace escher::os {

namespace {

[[noreturn]] void fail(const char* operation, int error)
{
    throw Error(ErrorKind::unavailable, std::string(operation) + ": " + errno_text(error) + remedy(error));
}

} // namespace

Fd JobInput::open(const std::optional<std::string>& payload) const
{
    if (!payload)
        return {};
    constexpr const char* operation = "cannot hold a job's input in memory";
    Fd file(::memfd_create("escher-input", MFD_CLOEXEC));
    if (!file)
        fail(operation, errno);
    for (std::size_t done = 0; done < payload->size();) {
        const ssize_t written = ::write(file.get(), payload->data() + done, payload->size() - done);
        if (written < 0 && errno != EINTR)
            fail(operation, errno);
        done += static_cast<std::size_t>(written < 0 ? 0 : written);
    }
    ::lseek(file.get(), 0, SEEK_SET);
    return file;
}

int JobInput::nothing()
{
    if (!null_)
        null_ = Fd(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    if (!null_)
        fail("cannot open /dev/null", errno);
    return null_.get();
}

} // namespace escher::os
