#include "os/run_home.hpp"

#include "core/output_name.hpp"
#include "os/host.hpp"
#include "os/lock_file.hpp"

#include <sys/stat.h>

#include <cerrno>

namespace escher::os {

bool had_another_lock(const Run& run, std::int64_t epoch)
{
    const auto its = LockFile::epoch_of(run.runner.mark);
    return its != 0 && epoch != 0 && its != epoch;
}

bool is_elsewhere(const Run& run, const std::filesystem::path& lock_file,
                  const std::filesystem::path& output_directory) noexcept
try {
    if (run.runner.host != only_host)
        return true;
    if (!had_another_lock(run, LockFile::epoch_at(lock_file)))
        return false;
    if (kernel_of(run.runner.process.boot_id) == Kernel::another)
        return false; // as the next tick will find
    struct stat file = {};
    return ::lstat((output_directory / output_name(run)).c_str(), &file) != 0 && errno == ENOENT;
} catch (const std::exception&) {
    return false;
}

} // namespace escher::os
