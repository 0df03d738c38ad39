#pragma once

#include <string>
#include <vector>

namespace escher::cli {

/// One thing that `check` looked at.
struct Finding {
    enum class Level { ok, warn, fail };
    Level level = Level::ok;
    std::string text;
    std::string fix; ///< a command or what to write; empty: none needed or known
};

/// What `check` found, in the order in which it looked.
class Findings {
public:
    void ok(std::string text) { all_.push_back({Finding::Level::ok, std::move(text), {}}); }
    void warn(std::string text, std::string fix = {})
    {
        all_.push_back({Finding::Level::warn, std::move(text), std::move(fix)});
    }
    void fail(std::string text, std::string fix = {})
    {
        all_.push_back({Finding::Level::fail, std::move(text), std::move(fix)});
    }

    [[nodiscard]] const std::vector<Finding>& all() const { return all_; }
    [[nodiscard]] bool any_fails() const;

    /// A line each: "ok    TEXT", "fail  TEXT: FIX"; in a pipe separated by tabs.
    [[nodiscard]] std::string text(bool terminal, bool color) const;

    /// {"schema": 1, "findings": [{"level", "text", "fix"}]}
    [[nodiscard]] std::string json() const;

private:
    std::vector<Finding> all_;
};

} // namespace escher::cli
