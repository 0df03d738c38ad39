#include "sqlite/connection/firm_unlock.hpp"

#include <fcntl.h>
#include <sqlite3.h>

#include <cstdarg>

namespace escher::sqlite {

namespace {

using Fcntl = int (*)(int, int, ...);

constexpr int most_repeats = 3;

Fcntl system_fcntl = ::fcntl;

int firm_fcntl(int fd, int operation, ...)
{
    va_list arguments;
    va_start(arguments, operation);
    void* const argument = va_arg(arguments, void*);
    va_end(arguments);
    int result = system_fcntl(fd, operation, argument);
    if (operation != F_SETLK || static_cast<const struct flock*>(argument)->l_type != F_UNLCK)
        return result;
    for (int repeats = 0; result != 0 && repeats < most_repeats; ++repeats)
        result = system_fcntl(fd, operation, argument);
    return result;
}

} // namespace

void repeat_refused_unlocks()
{
    sqlite3_vfs* const vfs = sqlite3_vfs_find("unix");
    const auto ours = reinterpret_cast<sqlite3_syscall_ptr>(firm_fcntl);
    const auto current = vfs == nullptr ? ours : vfs->xGetSystemCall(vfs, "fcntl");
    if (current == ours || current == nullptr)
        return;
    system_fcntl = reinterpret_cast<Fcntl>(current);
    vfs->xSetSystemCall(vfs, "fcntl", ours);
}

} // namespace escher::sqlite
