#include "core/history_guard.hpp"

#include <algorithm>
#include <sstream>
#include <vector>

namespace escher {

namespace {

using Kind = HistoryVerdict::Kind;

std::vector<std::string> words_of(const std::string& list)
{
    std::istringstream in(list);
    std::vector<std::string> words;
    for (std::string word; std::getline(in, word, ',');)
        words.push_back(word);
    return words;
}

std::optional<std::string> board_of(const std::vector<std::string>& words)
{
    const auto found =
        std::ranges::find_if(words, [](const std::string& word) { return word.starts_with("board:"); });
    return found == words.end() ? std::nullopt : std::optional(*found);
}

class Judge {
public:
    explicit Judge(const HistoryFacts& facts) : facts_(facts), home_(parse_home(facts.store.home)) {}

    HistoryVerdict verdict() const
    {
        if (auto hold = why_hold(); hold.kind != Kind::known)
            return hold;
        const auto& store = facts_.store;
        const bool moved_lock = store.lock != facts_.lock_path;
        // A lock file that came along with a renamed directory has seen the database; any other one has not. A copy that
        // does not hold is one in which nothing was ever asked for: it may have a lock of its own.
        if (moved_lock && !store.lock.empty() && !facts_.bound_lock_has_moved &&
            (!facts_.seen || facts_.bound_lock_exists) && is_at_home())
            return {Kind::other_lock, {}, {}};
        HistoryVerdict verdict;
        const bool accepted_elsewhere = facts_.seen && facts_.seen->generation != store.generation;
        if (accepted_elsewhere)
            verdict.warning =
                "the database was accepted as it is by another host, or through another lock file: this one "
                "goes on from there";
        const bool all_noted = home_ && *home_ == as_here(home_->machine) && facts_.seen &&
                               facts_.seen->lock == facts_.lock && facts_.seen->machine.boot == here().machine.boot;
        if (moved_lock || accepted_elsewhere || !all_noted)
            verdict.kind = Kind::adopt;
        return verdict;
    }

private:
    [[nodiscard]] const Home& here() const { return facts_.here; }

    /// What would be noted of the database, were it at home here on a machine with that hardware.
    [[nodiscard]] Home as_here(const MachineMark& machine) const
    {
        return {here().path, here().file, {here().machine.boot, machine.hardware}};
    }

    [[nodiscard]] HistoryVerdict why_hold() const
    {
        const auto& store = facts_.store;
        if (facts_.seen && store.last_run < facts_.seen->run)
            return {Kind::rolled_back,
                    "the database knows runs up to " + number(store.last_run) + ", this host has run " +
                        number(facts_.seen->run) + ": it was restored from a backup",
                    {}};
        // Of what was never asked for, nothing can run twice: an image with an empty database may be cloned.
        if (store.last_job == JobId{})
            return {};
        if (facts_.seen) {
            if (!same_machine(facts_.seen->machine))
                return {Kind::copied, "it and its lock file are those of another machine", {}};
            if (!same_file(facts_.seen->lock, facts_.lock, facts_.seen->machine, store.lock == facts_.lock_path))
                return {Kind::copied, "its lock file is a copy: the directory was copied or restored", {}};
            // In its own place another file is a backup after which nothing has run, or has been compacted.
            if (home_ && home_->path != here().path && !same_file(home_->file, here().file, home_->machine, false))
                return {Kind::copied, "it is a copy of '" + home_->path + "'", {}};
            return {};
        }
        if (facts_.seen_is_damaged)
            return {Kind::untold,
                    "what this host has run from it stands in '" + facts_.lock_path + "' and cannot be read",
                    {}};
        if (!home_)
            return {};
        if (!same_machine(home_->machine))
            return {Kind::copied, "it has run jobs as '" + home_->path + "' on another machine", {}};
        if (!is_at_home())
            return {Kind::copied,
                    "it is a copy of '" + home_->path + "', and this host has not run anything from it",
                    {}};
        return {};
    }

    [[nodiscard]] bool is_at_home() const
    {
        return !home_ || same_file(home_->file, here().file, home_->machine, home_->path == here().path);
    }

    static std::string number(RunId run) { return std::to_string(static_cast<std::int64_t>(run)); }

    [[nodiscard]] bool same_boot(const MachineMark& then) const
    {
        return !then.boot.empty() && then.boot == here().machine.boot;
    }

    /// False only if it is told: what names no hardware, like a container, is taken at its files' word.
    [[nodiscard]] bool same_machine(const MachineMark& then) const
    {
        return same_boot(then) || then.hardware.empty() ||
               same_hardware(then.hardware, facts_.hardware()).value_or(true);
    }

    /// Numbers of devices hold for a boot, and those of inodes are the same in a copy of a whole file system.
    [[nodiscard]] bool same_file(const FileMark& then, const FileMark& now, const MachineMark& machine,
                                 bool same_path) const
    {
        if (then.inode != now.inode || then.born != now.born)
            return false;
        return then.device == now.device || (!same_boot(machine) && same_path);
    }

    const HistoryFacts& facts_;
    std::optional<Home> home_;
};

} // namespace

std::optional<bool> same_hardware(const std::string& one, const std::string& other)
{
    const auto ours = words_of(one);
    const auto theirs = words_of(other);
    const auto our_board = board_of(ours);
    const auto their_board = board_of(theirs);
    if (our_board && their_board)
        return *our_board == *their_board;
    const auto is_card = [](const std::string& word) { return word.starts_with("card:"); };
    if (std::ranges::none_of(ours, is_card) || std::ranges::none_of(theirs, is_card))
        return std::nullopt;
    // A card more or less is no other machine.
    return std::ranges::any_of(ours, [&](const std::string& word) {
        return is_card(word) && std::ranges::find(theirs, word) != theirs.end();
    });
}

HistoryVerdict judge_history(const HistoryFacts& facts)
{
    HistoryVerdict verdict = Judge(facts).verdict();
    if (verdict.kind == HistoryVerdict::Kind::other_lock)
        verdict.why =
            "the ticks of the database '" + facts.here.path + "' lock '" + facts.store.lock + "', but run.lock is '" +
            facts.lock_path +
            "': with two locks two ticks would run at once. Use the same; if it has moved and no tick runs, "
            "`escher-cron accept --run` binds the database to this one";
    return verdict;
}

} // namespace escher
