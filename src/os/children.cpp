#include "os/children.hpp"

namespace escher::os {

Child& Children::add(std::unique_ptr<Child> child)
{
    Child& added = *child;
    by_pid_[added.pid] = &added;
    by_run_[added.run] = std::move(child);
    return added;
}

void Children::started(Child& child, pid_t pid) noexcept
{
    by_pid_.erase(pid);
    auto place = by_pid_.extract(0);
    place.key() = pid;
    by_pid_.insert(std::move(place));
    child.pid = pid;
}

void Children::remove(RunId run)
{
    const auto found = by_run_.find(run);
    if (found == by_run_.end())
        return;
    if (const Child* main = find_main(found->second->pid); main == found->second.get())
        by_pid_.erase(main->pid);
    by_run_.erase(found);
}

Child* Children::find(RunId run) const
{
    const auto found = by_run_.find(run);
    return found == by_run_.end() ? nullptr : found->second.get();
}

Child* Children::find_main(pid_t pid) const
{
    const auto found = by_pid_.find(pid);
    return found == by_pid_.end() ? nullptr : found->second;
}

} // namespace escher::os
