#pragma once

#include "core/output_name.hpp"
#include "os/lock_file.hpp"
#include "os/supervisor.hpp"
#include "temporary_directory.hpp"

#include <escher/store.hpp>

#include <doctest/doctest.h>

/// A supervisor with a directory of its own, and what it takes to run jobs in it.
class Bench {
public:
    explicit Bench(std::int64_t max_output_bytes = 16 << 20, bool use_cgroups = false)
        : lock_(directory_ / "lock"), jobs_(escher::os::make_supervisor({.output_directory = directory_ / "output",
                                                                         .max_output_bytes = max_output_bytes,
                                                                         .instance = instance,
                                                                         .mark_lives = {},
                                                                         .executions = lock_.executions(),
                                                                         .use_cgroups = use_cgroups}))
    {
    }

    /// Its own for each test program, or two that run at once would find and kill each other's jobs.
    inline static const std::string instance = "3b1c7a52-0000-4000-8000-" + std::to_string(::getpid());

    [[nodiscard]] escher::Executor& jobs() { return *jobs_; }
    [[nodiscard]] const escher::os::LockFile& lock() const { return lock_; }
    [[nodiscard]] const TemporaryDirectory& directory() const { return directory_; }
    [[nodiscard]] std::filesystem::path output_directory() const { return directory_ / "output"; }

    /// A job with a number of its own.
    [[nodiscard]] escher::LaunchSpec job(std::vector<std::string> argv)
    {
        escher::LaunchSpec spec;
        ++last_run_;
        spec.run = escher::RunId{last_run_};
        spec.job = escher::JobId{last_run_};
        spec.argv = std::move(argv);
        spec.directory = directory_.path().string();
        spec.kill_after = std::chrono::seconds(30);
        spec.output_file = escher::output_name(spec.job, spec.run);
        return spec;
    }

    [[nodiscard]] escher::LaunchSpec shell(const std::string& script) { return job({"/bin/sh", "-c", script}); }

    escher::ProcessIdentity start(const escher::LaunchSpec& spec)
    {
        const auto result = jobs_->start(spec, escher::Claim{});
        if (const auto* fault = std::get_if<escher::NotStarted>(&result))
            FAIL(fault->message);
        if (const auto* fault = std::get_if<escher::CannotStart>(&result))
            FAIL(fault->why);
        return std::get<escher::Started>(result).process;
    }

    /// Blocks until the run has ended; keeps its lease.
    escher::RunEnded await(escher::RunId run)
    {
        for (;;) {
            for (const auto& ended : jobs_->wait(std::chrono::minutes(2))) {
                REQUIRE(ended.run == run);
                return ended;
            }
        }
    }

    escher::RunEnded run(const escher::LaunchSpec& spec)
    {
        start(spec);
        auto ended = await(spec.run);
        jobs_->release(spec.run);
        return ended;
    }

    [[nodiscard]] std::string output(const escher::LaunchSpec& spec) const
    {
        return read_file(output_directory() / spec.output_file);
    }

    /// Runs and returns what it printed; it must exit with 0.
    std::string output_of(const escher::LaunchSpec& spec)
    {
        const auto ended = run(spec);
        CHECK(ended.outcome == escher::Outcome{escher::Exited{0}});
        return output(spec);
    }

private:
    TemporaryDirectory directory_;
    escher::os::LockFile lock_;
    std::unique_ptr<escher::Executor> jobs_;
    std::int64_t last_run_ = 0;
};
