#include "app/input_file.hpp"

#include "core/human_text.hpp"
#include "core/job_limits.hpp"
#include "os/fd.hpp"

#include <escher/error.hpp>

#include <fcntl.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace escher {

namespace {

[[noreturn]] void fail(const std::string& label, const std::string& path, const std::string& what)
{
    const std::string name = path == "-" ? "standard input" : "'" + path + "'";
    throw Error(ErrorKind::io, label + ": cannot read " + name + ": " + what);
}

std::string read_at_most(const std::string& label, const std::string& path, std::size_t most)
{
    os::Fd file;
    if (path != "-") {
        file.reset(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
        if (!file)
            fail(label, path, std::strerror(errno));
    }
    const int fd = path == "-" ? STDIN_FILENO : file.get();
    std::string all;
    std::array<char, 65536> buffer{};
    for (;;) {
        const ssize_t got = ::read(fd, buffer.data(), buffer.size());
        if (got == 0)
            return all;
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            fail(label, path, std::strerror(errno));
        all.append(buffer.data(), static_cast<std::size_t>(got));
        if (all.size() > most)
            fail(label, path,
                 "it is larger than " + human_bytes(JobLimits::input) + "; give the job the file's path instead");
    }
}

} // namespace

std::string read_file(const std::string& label, const std::string& path)
{
    return read_at_most(label, path, std::string::npos);
}

std::string read_input(const std::string& label, const std::string& path)
{
    return read_at_most(label, path, JobLimits::input);
}

} // namespace escher
