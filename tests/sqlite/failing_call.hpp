#pragma once

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <string>

namespace escher::sqlite {

/// SQLite's own system calls, of which one fails once. SQLite lets them be exchanged for tests like this.
class FailingCall {
public:
    /// The call number `when` fails, counted from 1.
    FailingCall(const char* name, int error, int when) : name_(name)
    {
        error_ = error;
        countdown_ = when;
        vfs_ = sqlite3_vfs_find(nullptr);
        set("open", reinterpret_cast<sqlite3_syscall_ptr>(open));
        set("pread", reinterpret_cast<sqlite3_syscall_ptr>(read));
        set("pread64", reinterpret_cast<sqlite3_syscall_ptr>(read));
        set("stat", reinterpret_cast<sqlite3_syscall_ptr>(status));
        set("fcntl", reinterpret_cast<sqlite3_syscall_ptr>(control));
    }
    FailingCall(const FailingCall&) = delete;
    FailingCall& operator=(const FailingCall&) = delete;
    ~FailingCall() { vfs_->xSetSystemCall(vfs_, nullptr, nullptr); }

    [[nodiscard]] static bool has_struck() { return countdown_ <= 0; }

private:
    void set(const std::string& name, sqlite3_syscall_ptr call)
    {
        if (name.starts_with(name_))
            vfs_->xSetSystemCall(vfs_, name.c_str(), call);
    }

    static bool strikes()
    {
        errno = error_;
        return --countdown_ == 0;
    }

    static int open(const char* path, int flags, int mode) { return strikes() ? -1 : ::open(path, flags, mode); }
    static ssize_t read(int fd, void* to, std::size_t size, off_t at)
    {
        return strikes() ? -1 : ::pread(fd, to, size, at);
    }
    static int status(const char* path, struct stat* found) { return strikes() ? -1 : ::stat(path, found); }

    static int control(int fd, int operation, ...)
    {
        va_list arguments;
        va_start(arguments, operation);
        void* const argument = va_arg(arguments, void*);
        va_end(arguments);
        return strikes() ? -1 : ::fcntl(fd, operation, argument);
    }

    std::string name_;
    sqlite3_vfs* vfs_ = nullptr;
    static inline int error_ = 0;
    static inline int countdown_ = 0;
};

} // namespace escher::sqlite
