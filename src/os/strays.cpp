#include "os/strays.hpp"

#include <algorithm>
#include <csignal>
#include <ctime>

namespace escher::os {

void Strays::allow_since(std::int64_t start_ticks)
{
    allowed_since_ = std::min(allowed_since_.value_or(start_ticks), start_ticks);
}

std::vector<RunId> Strays::kill_for(const Children& children)
{
    std::vector<RunId> occupied;
    for (const pid_t pid : own_children()) {
        if (children.find_main(pid) != nullptr)
            continue;
        const auto stray = read_process(pid);
        if (!stray || !stray->lives())
            continue;
        const auto owner = owner_of(*stray, children);
        const Child* child = owner ? children.find(*owner) : nullptr;
        if (child == nullptr || child->stage != Child::Stage::clearing)
            continue;
        // Our own child and not reaped: the pid cannot be anybody else's.
        ::kill(pid, SIGKILL);
        if (std::find(occupied.begin(), occupied.end(), *owner) == occupied.end())
            occupied.push_back(*owner);
    }
    return occupied;
}

std::optional<RunId> Strays::owner_of(const ProcessStat& stray, const Children& children) const
{
    for (const auto& [run, child] : children.all())
        if (child->stage != Child::Stage::ended && child->pid == stray.session)
            return run;
    auto tags = environment_tags(stray.pid, instance_);
    // In the middle of an exec a process has no environment for a moment, a tick that was just started as well.
    constexpr timespec moment = {.tv_sec = 0, .tv_nsec = 1'000'000};
    for (int looks = 0; tags.empty && looks < 20; ++looks) {
        ::nanosleep(&moment, nullptr);
        tags = environment_tags(stray.pid, instance_);
    }
    if (tags.detached_tick)
        return std::nullopt; // a job that created a job has started a tick: that is not a part of the job
    if (tags.run)
        return tags.run;

    for (const auto& [run, child] : children.all())
        if (child->stage != Child::Stage::ended && writes_to(stray.pid, path_of_descriptor(child->output.fd())))
            return run;

    // It has left the session, cleared its environment and redirected its output. A process is younger than the job that it comes from: where
    // only runs that are being cleared come into question, it goes with them; else it is left until it is clear.
    if (allowed_since_ && *allowed_since_ <= stray.start_ticks)
        return std::nullopt;
    std::optional<RunId> candidate;
    for (const auto& [run, child] : children.all()) {
        if (child->stage == Child::Stage::ended || child->start_ticks > stray.start_ticks)
            continue;
        if (child->stage == Child::Stage::running)
            return std::nullopt;
        candidate = run;
    }
    return candidate;
}

} // namespace escher::os
