#include "app/start_tick.hpp"

#include "os/detached.hpp"
#include "os/lock_file.hpp"
#include "os/user.hpp"
#include "os/wake_file.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <vector>

namespace escher {

namespace {

/// False: it is not there, or not for us to see.
bool look_at(const std::filesystem::path& path, struct stat& found)
{
    if (::stat(path.c_str(), &found) == 0)
        return true;
    if (errno != ENOENT && errno != ENOTDIR && errno != EACCES)
        throw Error(ErrorKind::io, "cannot look at '" + path.string() + "': " + std::strerror(errno));
    return false;
}

} // namespace

TickStart how_to_start(const Config& config)
{
    struct stat found {};
    const bool known = look_at(config.run.lock, found) || look_at(config.run.state, found) ||
                       look_at(config.database.path.parent_path(), found);
    if (!known || found.st_uid != ::geteuid())
        return TickStart::wake_file;
    // Owning the file is not enough where its mode was taken away on purpose.
    const bool exists = ::access(config.run.lock.c_str(), F_OK) == 0;
    if (exists && ::access(config.run.lock.c_str(), R_OK | W_OK) != 0)
        return TickStart::wake_file;
    if (config.policies.user && ::geteuid() != 0 && *config.policies.user != os::user_name())
        return TickStart::wake_file;
    return TickStart::detached;
}

std::string start_tick(const Config& config, const std::string& program)
{
    try {
        if (os::LockFile::holder(config.run.lock))
            return {};
        if (how_to_start(config) == TickStart::wake_file) {
            os::touch_wake_file(config.run.wake);
            return {};
        }
        std::vector<std::string> argv{program};
        if (!config.file.empty()) {
            argv.emplace_back("-c");
            argv.push_back(config.file.string());
        }
        argv.emplace_back("--detached");
        os::start_detached(argv);
        return {};
    } catch (const Error& error) {
        return std::string("the job is created, but no tick could be started for it: ") + error.what();
    }
}

} // namespace escher
