#pragma once

#include "os/account.hpp"
#include "os/execution_record.hpp"

#include <escher/executor.hpp>

#include <sys/resource.h>

#include <cstdint>

namespace escher::os {

/// What a child does between clone and exec. The order is the order in which it happens.
enum class ChildStep {
    none,
    session,
    control_group,
    descriptors,
    limits,
    nice,
    groups,
    group,
    user,
    directory,
    death_signal,
    record,
    exec,
};

/// Everything the child needs as plain data: it shares our memory while it runs, so it must neither allocate nor throw.
/// Built by the parent; the pointers lead into the plan itself, which therefore stays where it is.
class LaunchPlan {
public:
    /// `account` is the user to become; `changes_user` tells whether it is another than ours.
    LaunchPlan(const LaunchSpec& spec, const Account& account, bool changes_user, const std::string& instance);
    LaunchPlan(const LaunchPlan&) = delete;
    LaunchPlan& operator=(const LaunchPlan&) = delete;
    ~LaunchPlan() = default;

    struct Limit {
        int resource = 0;
        rlimit value{};
    };

    // what is done, filled in by the constructor
    char* const* argv = nullptr;
    char* const* environment = nullptr;
    const char* const* programs = nullptr; ///< ends with a null pointer
    const Limit* limits = nullptr;
    std::size_t limit_count = 0;
    int nice = 0;
    mode_t umask = 022;
    bool changes_user = false;
    uid_t uid = 0;
    gid_t gid = 0;
    const gid_t* groups = nullptr;
    std::size_t group_count = 0;
    const char* directory = nullptr;
    bool directory_is_default = false; ///< then "/" serves where it is missing

    // filled in by the caller
    int input = -1;
    int output = -1;
    int cgroup = -1; ///< the directory of the group to start in; -1: none
    int record = -1; ///< where the child notes `execution`, at `record_at`; -1: nowhere
    off_t record_at = 0;
    std::uint64_t signals_to_reset = 0; ///< bit n: signal n is not at its default

    // told by the child
    ChildStep failed_step = ChildStep::none;
    int error = 0;
    int failed_limit = -1;
    Execution execution; ///< whole once it was noted

    [[nodiscard]] const std::string& search_path() const { return search_path_; }

private:
    void plan_limits(const ResourceLimits& wanted);

    std::vector<std::string> environment_entries_;
    std::vector<std::string> candidates_;
    std::vector<char*> argv_;
    std::vector<char*> environment_;
    std::vector<const char*> programs_;
    std::vector<Limit> limits_;
    std::string directory_;
    std::string search_path_;
};

} // namespace escher::os
