#include "os/strays.hpp"

#include "os/run_tag.hpp"

#include <escher/error.hpp>

#include <algorithm>
#include <csignal>

namespace escher::os {

bool Strays::Standing::is_clean(RunId run) const
{
    return !unclear && std::find(occupied.begin(), occupied.end(), run) == occupied.end();
}

void Strays::allow_since(std::int64_t start_ticks)
{
    allowed_since_ = std::min(allowed_since_.value_or(start_ticks), start_ticks);
}

void Strays::reaped(pid_t pid)
{
    killed_.erase(pid);
    without_environment_.erase(pid);
    if (pid == companion_)
        companion_ = 0;
}

Strays::Standing Strays::kill_for(const Children& children, SteadyTime now)
{
    Standing standing;
    try {
        for (const pid_t pid : own_children_.read())
            if (pid != companion_ && children.find_main(pid) == nullptr)
                look_at(pid, children, now, standing);
    } catch (const Error&) {
        standing.unclear = true; // that /proc cannot be read says nothing of any process
    }
    for (const auto& [pid, run] : killed_)
        standing.occupied.push_back(run);
    return standing;
}

void Strays::look_at(pid_t pid, const Children& children, SteadyTime now, Standing& standing)
{
    if (killed_.contains(pid))
        return;
    const auto owner = owner_of(pid, children, now);
    if (owner.kind == Owner::Kind::unclear) {
        standing.unclear = true;
        return;
    }
    const Child* child = owner.kind == Owner::Kind::run ? children.find(owner.run) : nullptr;
    if (child == nullptr || child->stage != Child::Stage::clearing || child->leftovers == Leftovers::allow)
        return;
    // Our own child and not reaped: the pid cannot be anybody else's. One that has ended already is awaited all the same.
    if (::kill(pid, SIGKILL) == 0) {
        killed_.emplace(pid, owner.run);
    } else { // killed the next time, or never: it may run as another user
        standing.occupied.push_back(owner.run);
        standing.unkilled = true;
    }
}

Strays::Owner Strays::owner_of(pid_t pid, const Children& children, SteadyTime now)
{
    constexpr Owner unclear{.kind = Owner::Kind::unclear};
    const auto belongs_to = [](RunId run) { return Owner{.kind = Owner::Kind::run, .run = run}; };
    // The tag is there until the process is reaped.
    if (const auto tag = read_run_tag(pid, instance_); tag.sight == RunTag::Sight::tagged)
        return belongs_to(tag.run);
    // It has set the limit itself that carries the tag, or there was no room for one.
    const auto stray = read_process(pid);
    // Ended or ending: it will be reaped, and only then is its last orphan ours. Nothing tells any more whose it was.
    if (!stray || !stray->lives() || (stray->exiting && stray->threads <= 1))
        return unclear;
    // The youngest first: where a pid was given again, no process of the older one's session was left.
    const auto& all = children.all();
    for (auto entry = all.rbegin(); entry != all.rend(); ++entry)
        if (entry->second->stage != Child::Stage::ended && entry->second->pid == stray->session)
            return belongs_to(entry->first);
    const auto tags = environment_tags(pid, instance_);
    if (tags.sight == EnvironmentTags::Sight::gone)
        return unclear;
    if (tags.sight == EnvironmentTags::Sight::empty && is_between_programs(pid, now))
        return unclear;
    if (tags.detached_tick && is_our_program(pid)) // the word alone may be anybody's
        return {}; // a job that created a job has started a tick: that is not a part of the job
    if (tags.run)
        return belongs_to(*tags.run);
    for (const auto& [run, child] : all)
        if (child->stage != Child::Stage::ended && writes_to(pid, path_of_descriptor(child->output.fd())))
            return belongs_to(run);
    return owner_by_age(*stray, children);
}

/// In the middle of an exec a process has no environment for a moment.
bool Strays::is_between_programs(pid_t pid, SteadyTime now)
{
    constexpr std::chrono::milliseconds moment{20};
    return now - without_environment_.try_emplace(pid, now).first->second < moment;
}

/// It has left the session, cleared its environment and redirected its output. A process is younger than the job that it
/// comes from: where only runs that are being cleared come into question, it goes with them.
Strays::Owner Strays::owner_by_age(const ProcessStat& stray, const Children& children) const
{
    if (allowed_since_ && *allowed_since_ <= stray.start_ticks)
        return {};
    Owner owner;
    for (const auto& [run, child] : children.all()) {
        if (child->stage == Child::Stage::ended || child->start_ticks > stray.start_ticks)
            continue;
        if (child->stage == Child::Stage::running) // it may as well be this one's, which needs it
            return {.kind = tags_are_possible() ? Owner::Kind::nobody : Owner::Kind::unclear};
        owner = {.kind = Owner::Kind::run, .run = run};
    }
    return owner;
}

} // namespace escher::os
