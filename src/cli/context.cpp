#include "cli/context.hpp"

#include "app/build.hpp"
#include "app/commands_trust.hpp"
#include "app/database_place.hpp"
#include "cli/run.hpp"
#include "os/host.hpp"
#include "os/zone_files.hpp"
#include "terminal/escape.hpp"
#include "tick/claim_request.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace escher::cli {

namespace {

/// Writes all of `text`; returns the errno, or 0.
int write_all(int fd, std::string_view text)
{
    while (!text.empty()) {
        const ssize_t written = ::write(fd, text.data(), text.size());
        if (written >= 0)
            text.remove_prefix(static_cast<std::size_t>(written));
        else if (errno != EINTR)
            return errno;
    }
    return 0;
}

bool wants_color(const std::string& when, bool terminal)
{
    if (when == "always" || when == "never")
        return when == "always";
    if (when != "auto")
        throw Error(ExitStatus::usage, "--color: '" + when + "' is none of auto, always and never");
    return terminal && os::environment_variable("NO_COLOR").value_or("").empty() &&
           os::environment_variable("TERM").value_or("") != "dumb";
}

ConfigContext config_context()
{
    return {.environment = os::environment_variable,
            .zone = os::load_zone,
            .host = os::host_name(),
            .processors = os::processors(),
            .root = ::geteuid() == 0};
}

} // namespace

struct Context::State {
    std::optional<std::string> config_file;
    bool utc = false;
    std::optional<Config> config;
    bool commands_decided = false;
    std::shared_ptr<const Zone> zone;
    struct Opened {
        sqlite::Access access;
        std::unique_ptr<Store> store;
    };
    std::vector<Opened> stores; ///< more than one where a later call asked for more; the earlier ones stay valid
};

Context::Context(const Arguments& arguments)
    : json(arguments.has("json")), quiet(arguments.has("quiet")),
      verbose(static_cast<int>(arguments.values("verbose").size())), out_terminal(::isatty(STDOUT_FILENO) == 1),
      err_terminal(::isatty(STDERR_FILENO) == 1),
      color(wants_color(arguments.value("color").value_or("auto"), out_terminal)), state_(std::make_unique<State>())
{
    state_->config_file = arguments.value("config");
    state_->utc = arguments.has("utc");
}

Context::~Context()
{
    state_->stores.clear();
    // The process is about to end. Taking a large config apart node by node would cost each tick milliseconds; the
    // kernel takes it whole.
    static auto& left_to_the_kernel = *new std::vector<std::unique_ptr<State>>;
    left_to_the_kernel.push_back(std::move(state_));
}

Time Context::now() const
{
    return os::wall_clock();
}

const Config& Context::config()
{
    if (!state_->config) {
        const ConfigContext outside = config_context();
        state_->config = load_config(find_config(state_->config_file, system_config_file(), outside), outside);
    }
    return *state_->config;
}

const Zone& Context::zone()
{
    if (!state_->zone)
        state_->zone = state_->utc ? std::make_shared<const Zone>(Zone::utc()) : os::load_zone("local");
    if (!state_->zone)
        state_->zone = std::make_shared<const Zone>(Zone::utc());
    return *state_->zone;
}

sqlite::OpenOptions Context::open_options(sqlite::Access access)
{
    const Config& loaded = config();
    return {.file = loaded.database.path,
            .access = access,
            .rollback_journal = loaded.database.journal == Journal::rollback,
            .busy_timeout = loaded.database.busy_timeout,
            .table_prefix = loaded.database.table_prefix,
            .lock_file = loaded.run.lock.string()};
}

Store& Context::store(sqlite::Access access)
{
    for (const auto& opened : state_->stores)
        if (opened.access >= access)
            return *opened.store;
    prepare_database_place(config(), access);
    auto store = sqlite::open_store(open_options(access));
    decide_commands();
    state_->stores.push_back({access, std::move(store)});
    return *state_->stores.back().store;
}

std::unique_ptr<Store> Context::copy_of_store()
{
    prepare_database_place(config(), sqlite::Access::read);
    auto copy = sqlite::copy_store(open_options(sqlite::Access::read));
    decide_commands();
    return copy;
}

/// Only now that the database is there can be told who may write it.
void Context::decide_commands()
{
    if (state_->commands_decided)
        return;
    state_->config->policies.commands = decide_trust(*state_->config);
    state_->commands_decided = true;
}

SelectionLimits Context::limits()
{
    return selection_limits(config());
}

std::string Context::program() const
{
    std::error_code error;
    std::string path = std::filesystem::read_symlink("/proc/self/exe", error).string();
    if (error)
        throw Error(ExitStatus::io, "cannot tell this program's own path from /proc/self/exe: " + error.message());
    // An upgrade has replaced the file meanwhile: the new one is what should run.
    static constexpr std::string_view gone = " (deleted)";
    if (path.ends_with(gone))
        path.resize(path.size() - gone.size());
    return path;
}

void Context::out(const std::string& text)
{
    const int error = write_all(STDOUT_FILENO, text);
    if (error == EPIPE)
        throw ClosedPipe();
    if (error != 0)
        throw Error(ExitStatus::io, std::string("cannot write to standard output: ") + std::strerror(error));
}

void Context::narrate(const std::string& text)
{
    if (!quiet)
        write_all(STDERR_FILENO, text + "\n");
}

void Context::warn(const std::string& text)
{
    complain("warning: " + text);
}

void Context::complain(const std::string& text)
{
    write_all(STDERR_FILENO, "escher-cron: " + escape_for_terminal(text, true) + "\n");
}

} // namespace escher::cli
