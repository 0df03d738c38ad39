#include "app/session.hpp"

#include "app/build.hpp"
#include "app/commands_trust.hpp"
#include "app/database_directory.hpp"
#include "app/database_owner.hpp"
#include "app/root_part.hpp"
#include "app/start_tick.hpp"
#include "os/host.hpp"
#include "os/signal_queue.hpp"
#include "os/zone_files.hpp"
#include "tick/claim_request.hpp"

#include <unistd.h>

#include <filesystem>
#include <utility>

namespace escher {

namespace {

ConfigContext config_context()
{
    return {.environment = os::environment_variable,
            .zone = os::load_zone,
            .host = os::host_name(),
            .processors = os::processors(),
            .root = ::geteuid() == 0};
}

} // namespace

struct Session::State {
    std::optional<std::string> config_file;
    bool utc = false;
    std::optional<Config> config;
    bool commands_decided = false;
    bool user_decided = false;
    std::optional<PrivateView> view;
    std::shared_ptr<const Zone> zone;
    struct Opened {
        Access access;
        std::unique_ptr<Store> store;
    };
    std::vector<Opened> stores; ///< more than one where a later call asked for more; the earlier ones stay valid
};

Session::Session(std::optional<std::string> config_file, bool utc) : state_(std::make_unique<State>())
{
    state_->config_file = std::move(config_file);
    state_->utc = utc;
}

Session::~Session()
{
    state_->stores.clear();
    // The process is about to end. Taking a large config apart node by node would cost each tick milliseconds; the
    // kernel takes it whole.
    static auto& left_to_the_kernel = *new std::vector<std::unique_ptr<State>>;
    left_to_the_kernel.push_back(std::move(state_));
}

Time Session::now() const
{
    return os::wall_clock();
}

const Config& Session::config()
{
    if (!state_->config) {
        const ConfigContext outside = config_context();
        state_->config = load_config(find_config(state_->config_file, system_config_file(), outside), outside);
    }
    return *state_->config;
}

const Zone& Session::zone()
{
    if (!state_->zone)
        state_->zone = state_->utc ? std::make_shared<const Zone>(Zone::utc()) : os::load_zone("local");
    if (!state_->zone)
        state_->zone = std::make_shared<const Zone>(Zone::utc());
    return *state_->zone;
}

sqlite::OpenOptions Session::open_options(Access access)
{
    leave_root();
    const Config& loaded = config();
    return {.file = loaded.database.path,
            .access = access,
            .rollback_journal = loaded.database.journal == Journal::rollback,
            .busy_timeout = loaded.database.busy_timeout,
            .table_prefix = loaded.database.table_prefix,
            .stop_wanted = os::stop_signal_came};
}

Store& Session::store(Access access)
{
    for (const auto& opened : state_->stores)
        if (opened.access >= access)
            return *opened.store;
    leave_root();
    prepare_database_directory(config(), access);
    auto store = sqlite::open_store(open_options(access));
    decide_commands();
    state_->stores.push_back({access, std::move(store)});
    return *state_->stores.back().store;
}

std::unique_ptr<Store> Session::copy_of_store()
{
    leave_root();
    prepare_database_directory(config(), Access::read);
    auto copy = sqlite::copy_store(open_options(Access::read));
    decide_commands();
    return copy;
}

const PrivateView& Session::private_view()
{
    if (!state_->view)
        state_->view = own_view(config(), [this] { return start_tick(config(), program()); });
    return *state_->view;
}

void Session::stay_root()
{
    state_->user_decided = true;
}

/// What others can write is not opened with root's rights.
void Session::leave_root()
{
    if (std::exchange(state_->user_decided, true))
        return;
    if (const auto owner = owner_of_shared_database(config()))
        state_->view = become_owner(*owner, private_view());
}

/// Only now that the database is there can be told who may write it.
void Session::decide_commands()
{
    if (state_->commands_decided)
        return;
    auto& policies = state_->config->policies;
    policies.commands = decide_trust(*state_->config);
    policies.rows_are_ours = decide_rows(*state_->config, policies.commands);
    state_->commands_decided = true;
}

void Session::distrust_rows()
{
    static_cast<void>(config());
    auto& policies = state_->config->policies;
    policies.commands = state_->config->commands == CommandsKey::any ? CommandTrust::any : CommandTrust::listed;
    policies.rows_are_ours = false;
    state_->commands_decided = true;
}

SelectionLimits Session::limits()
{
    return selection_limits(config());
}

std::string Session::program() const
{
    std::error_code error;
    std::string path = std::filesystem::read_symlink("/proc/self/exe", error).string();
    if (error)
        throw Error(ErrorKind::io, "cannot tell this program's own path from /proc/self/exe: " + error.message());
    // An upgrade has replaced the file meanwhile: the new one is what should run.
    static constexpr std::string_view gone = " (deleted)";
    if (path.ends_with(gone))
        path.resize(path.size() - gone.size());
    return path;
}

} // namespace escher
