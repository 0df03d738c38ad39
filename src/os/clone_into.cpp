#include "os/clone_into.hpp"

#include <linux/sched.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <cerrno>
#include <csignal>
#include <cstdint>

namespace escher::os {

#if defined(__x86_64__)

namespace {

struct Start {
    int (*body)(void*) = nullptr;
    void* argument = nullptr;
    volatile bool begun = false;
};

// The child runs on a stack that the sanitizers do not know.
__attribute__((no_sanitize("address", "undefined"), noinline)) int begin(void* argument)
{
    auto* start = static_cast<Start*>(argument);
    start->begun = true;
    return start->body(start->argument);
}

} // namespace

// glibc has no function for it before 2.39, and syscall(2) will not do: the child would return from it on an empty stack.
pid_t clone_into_group(int (*body)(void*), void* argument, char* stack, std::size_t size, int group)
{
    Start start{.body = body, .argument = argument};
    // The child finds the two on its stack, and takes them off.
    struct Call {
        void* argument;
        int (*function)(void*);
    };
    const std::size_t left = size - sizeof(Call);
    *reinterpret_cast<Call*>(stack + left) = {&start, &begin};

    clone_args arguments = {};
    arguments.flags = CLONE_VM | CLONE_VFORK | CLONE_INTO_CGROUP;
    arguments.exit_signal = SIGCHLD;
    arguments.stack = reinterpret_cast<std::uintptr_t>(stack);
    arguments.stack_size = left;
    arguments.cgroup = static_cast<std::uint64_t>(group);
    std::int64_t result = SYS_clone3;
    asm volatile("syscall\n\t"
                 "test %%rax, %%rax\n\t"
                 "jnz 1f\n\t"
                 "xor %%ebp, %%ebp\n\t" // here the child's frames end
                 "pop %%rdi\n\t"
                 "pop %%rax\n\t"
                 "call *%%rax\n\t"
                 "mov %%eax, %%edi\n\t"
                 "mov %[exit], %%eax\n\t"
                 "syscall\n\t"
                 "hlt\n"
                 "1:"
                 : "+a"(result)
                 : "D"(&arguments), "S"(sizeof arguments), [exit] "i"(SYS_exit_group)
                 : "rcx", "r11", "memory");
    const auto pid = static_cast<pid_t>(result);
    if (pid < 0 || start.begun)
        return pid;
    while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR)
        continue;
    return -ECANCELED;
}

#else

pid_t clone_into_group(int (*)(void*), void*, char*, std::size_t, int)
{
    return -ENOSYS;
}

#endif

} // namespace escher::os
