#pragma once

#include "app/private_view.hpp"
#include "config/config.hpp"
#include "core/zone.hpp"
#include "sqlite/open_store.hpp"

#include <escher/access.hpp>

#include <memory>
#include <optional>
#include <string>

namespace escher {

/// What a program works with, whoever it speaks to: the config, the store, the zone of the clock on the wall. Loads
/// lazily: who needs no database opens none.
class Session {
public:
    /// `config_file`: as given with -c; none: it is looked for. `utc`: the zone is UTC, whatever the machine's.
    Session(std::optional<std::string> config_file, bool utc);
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    [[nodiscard]] Time now() const;

    /// Loaded at the first call. security.commands = "auto" is decided when the first store is opened: before, commands of
    /// a row's own are not trusted.
    [[nodiscard]] const Config& config();
    [[nodiscard]] const Zone& zone(); ///< the local one, UTC with --utc

    /// Root's process becomes the database's owner first, if others than root can write where it lies: see become_owner().
    /// Opened at the first call; later calls that ask for no more get the same. Access::create makes the directory too
    /// where there is no config at all. Throws Error as sqlite::open_store and decide_trust do, and for a network file
    /// system.
    [[nodiscard]] Store& store(Access access);

    /// Has it decided that others write the database's rows, without looking at its files; before a store is opened.
    void distrust_rows();

    /// A private copy of the database, for who writes only to see what would happen. Throws as store() does.
    [[nodiscard]] std::unique_ptr<Store> copy_of_store();

    [[nodiscard]] sqlite::OpenOptions open_options(Access access);
    [[nodiscard]] SelectionLimits limits();

    /// What this user may see and do of the ticks' private place. After the store has been opened: a process of root's that
    /// has become the database's owner asks its other part.
    [[nodiscard]] const PrivateView& private_view();

    /// For who has to be root all along, and answers for what it opens then: store() leaves this process who it is.
    void stay_root();

    /// The real path of this program, for starting a detached tick.
    [[nodiscard]] std::string program() const;

private:
    void leave_root();
    void decide_commands();

    struct State;
    std::unique_ptr<State> state_;
};

} // namespace escher
