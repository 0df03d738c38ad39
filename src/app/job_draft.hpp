#pragma once

#include "core/zone.hpp"

#include <escher/policy.hpp>
#include <escher/store.hpp>

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace escher {

/// A job being put together from options, whether these come from the command line or from a line of a batch. Each
/// member throws Error that names the option, what is wrong with its value and what to write.
class JobDraft {
public:
    /// `dashes` stands before an option's name in messages: "--" on the command line.
    JobDraft(Time now, const Zone& zone, std::string dashes) : now_(now), zone_(&zone), dashes_(std::move(dashes)) {}

    /// The options of `add` that describe the job, by their long names.
    [[nodiscard]] static const std::vector<std::string>& options();

    /// One of these; false: it is none of them.
    bool set(const std::string& option, const std::string& text);
    void set_param(const std::string& key, const std::string& value);
    void set_command(std::vector<std::string> argv) { argv_ = std::move(argv); }

    /// Throws unless there is exactly one thing to run.
    void check_work() const;

    /// What remains to be known of the world: whether the config would run it, and whether what it waits for exists.
    struct Checks {
        const Policies& policies;
        Store& store;
        std::string created_by;
        std::set<JobId> known; ///< jobs that were found to exist
    };
    [[nodiscard]] NewJob finish(Checks& checks) &&;

private:
    [[nodiscard]] Work take_work();
    void add_dependencies(const std::vector<std::string>& texts, bool any_end, Checks& checks);

    Time now_;
    const Zone* zone_;
    std::string dashes_;
    NewJob job_;
    std::optional<std::vector<std::string>> argv_;
    std::optional<std::string> task_;
    std::map<std::string, std::string> params_;
    std::optional<std::string> queue_; ///< none: where the work belongs
    std::optional<int> priority_;
    std::vector<std::string> after_; ///< as written: ids or tokens, perhaps several with commas
    std::vector<std::string> after_any_;
};

} // namespace escher
