#pragma once

#include "bench.hpp"
#include "processes.hpp"

#include "os/host.hpp"
#include "os/process_table.hpp"

/// A runner in a process of its own that has started one job and was then killed. The orphans become ours: the bench's
/// supervisor has made this process a subreaper.
class DeadRunner {
public:
    /// With a FIFO, the runner is killed only after the job has written a pid to it.
    DeadRunner(Bench& bench, const escher::LaunchSpec& spec, const Fifo* told = nullptr)
    {
        int ends[2] = {-1, -1};
        REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
        const escher::os::Fd reader(ends[0]);
        escher::os::Fd writer(ends[1]);
        const pid_t runner = fork_and_run([&] {
            const auto jobs = escher::os::make_supervisor({.output_directory = bench.output_directory(),
                                                           .instance = Bench::instance,
                                                           .mark_lives = {},
                                                           .executions = bench.lock().executions(),
                                                           .use_cgroups = false});
            const auto result = jobs->start(spec, escher::Claim{});
            const auto* started = std::get_if<escher::Started>(&result);
            const std::int64_t process[2] = {started == nullptr ? 0 : started->process.pid,
                                             started == nullptr ? 0 : started->process.start_ticks};
            if (::write(writer.get(), process, sizeof process) < 0)
                return 1;
            return ::pause();
        });
        writer.reset();
        std::int64_t process[2] = {0, 0};
        REQUIRE(::read(reader.get(), process, sizeof process) == static_cast<ssize_t>(sizeof process));
        REQUIRE(process[0] > 0);
        if (told != nullptr)
            told_pid_ = told->read_pid();

        run_.id = spec.run;
        run_.job = spec.job;
        run_.started_at = escher::Time{};
        run_.process = escher::ProcessIdentity{process[0], process[1], escher::os::kernel_boot_id()};
        run_.runner.mark = bench.lock().mark();
        run_.runner.process = {runner, escher::os::read_process(runner)->start_ticks, escher::os::kernel_boot_id()};
        ::kill(runner, SIGKILL);
        REQUIRE(await_exit(runner) == -SIGKILL);
        REQUIRE(Watched(static_cast<pid_t>(process[0])).ends()); // with its parent, if not before
    }

    /// As it is on record.
    [[nodiscard]] const escher::Run& run() const { return run_; }
    [[nodiscard]] pid_t told_pid() const { return told_pid_; }

private:
    escher::Run run_;
    pid_t told_pid_ = 0;
};

/// A run whose runner was killed before it recorded anything.
inline escher::Run unrecorded(escher::Run run)
{
    run.started_at.reset();
    run.process.reset();
    return run;
}
