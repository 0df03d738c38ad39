#pragma once

#include "core/text.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace escher {

/// One thing that `check` looked at.
struct Finding {
    enum class Level { ok, warn, fail };
    Level level = Level::ok;
    std::string text;
    std::string fix; ///< a command or what to write; empty: none needed or known
};

template<>
inline constexpr auto names<Finding::Level> = std::to_array<Name<Finding::Level>>({
    {Finding::Level::ok, "ok"},
    {Finding::Level::warn, "warn"},
    {Finding::Level::fail, "fail"},
});

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

    void append(const Findings& others) { all_.insert(all_.end(), others.all_.begin(), others.all_.end()); }

    [[nodiscard]] const std::vector<Finding>& all() const { return all_; }
    [[nodiscard]] bool any_fails() const
    {
        return std::ranges::any_of(all_, [](const Finding& one) { return one.level == Finding::Level::fail; });
    }

private:
    std::vector<Finding> all_;
};

} // namespace escher
