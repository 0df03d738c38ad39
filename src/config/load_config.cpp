#include "config/config_file.hpp"
#include "config/find_config.hpp"
#include "config/heap_growth.hpp"
#include "config/keys.hpp"
#include "config/schedule_builder.hpp"
#include "config/task_template.hpp"
#include "core/suggest.hpp"

#include <algorithm>

namespace escher {

namespace {

namespace fs = std::filesystem;
using Kind = TomlValue::Kind;

/// From here on what a file is made into is worth preparing for.
constexpr std::size_t big_file = std::size_t{128} * 1024;
constexpr std::size_t memory_per_byte = 35; // of a file of many schedules, measured

/// One load: the files, what is made of them, and what is wrong with them.
class Load {
public:
    Load(fs::path file, const ConfigContext& context)
        : file_(fs::absolute(file)), shown_(std::move(file)), context_(context),
          reader_(problems_, context, file_.parent_path()), builder_(reader_, config_, patterns_)
    {
        config_.file = file_;
    }

    /// Without a file.
    explicit Load(const ConfigContext& context)
        : context_(context), reader_(problems_, context, {}), builder_(reader_, config_, patterns_)
    {
    }

    Config run();

private:
    struct Source {
        std::size_t file = 0;
        bool of_root = false;
        TomlDocument document;
    };

    /// [task.*], [queue.*] and [schedule.*]: what may be defined in every file, but each once.
    using Definitions = std::map<std::string, Place, std::less<>>;
    using ReadDefinition = std::function<void(std::string_view name, Position at, TomlValue table)>;

    void open(const fs::path& path, const fs::path& shown);
    void open_fragments();
    void enter(const Source& source) { reader_.enter_file(source.file, source.of_root || context_.root); }
    void read_sections(const Source& source);
    void read_schedules(const Source& source);
    bool read_fixed(std::string_view name, TomlValue table);
    void read_defaults(TomlValue table);
    void read_definitions(std::string_view kind, TomlValue section, Definitions& seen, const ReadDefinition& read);
    void read_queue(std::string_view name, TomlValue table);
    void read_task(std::string_view name, Position at, TomlValue table);
    void complain_unknown_section(std::string_view name, Position at, TomlValue value);
    void fill_in_defaults();

    fs::path file_;
    fs::path shown_; ///< as it was given
    const ConfigContext& context_;
    Problems problems_;
    Config config_;
    std::map<std::string, ParameterPatterns> patterns_;
    Reader reader_;
    ScheduleBuilder builder_;
    std::shared_ptr<std::vector<Source>> sources_ = std::make_shared<std::vector<Source>>();
    Definitions queues_;
    Definitions tasks_;
    Definitions schedules_;
};

Config Load::run()
{
    if (!file_.empty()) {
        open(file_, shown_);
        open_fragments();
    }
    for (const auto& source : *sources_)
        read_sections(source);
    for (const auto& source : *sources_)
        read_schedules(source);
    if (!problems_.empty())
        throw Error(ErrorKind::config, problems_.text());
    fill_in_defaults();
    config_.sources = std::move(sources_);
    return std::move(config_);
}

void Load::open(const fs::path& path, const fs::path& shown)
{
    const auto file = problems_.add_file(shown.string());
    try {
        auto contents = read_config_file(path, context_.root);
        if (contents.text.size() >= big_file)
            expect_allocations(contents.text.size() * memory_per_byte);
        sources_->push_back({file, contents.of_root, TomlDocument(contents.text)});
    } catch (const SyntaxError& error) {
        problems_.add({file, error.position()}, error.what());
    } catch (const std::runtime_error& error) {
        problems_.add({file, {}}, error.what());
    }
}

void Load::open_fragments()
{
    const auto shown = shown_.parent_path() / "conf.d";
    try {
        for (const auto& fragment : list_fragments(file_.parent_path() / "conf.d", context_.root))
            open(fragment, shown / fragment.filename());
    } catch (const std::runtime_error& error) {
        problems_.add({problems_.add_file(shown.string()), {}}, error.what());
    }
}

void Load::read_sections(const Source& source)
{
    enter(source);
    const bool fragment = source.file != 0;
    source.document.root().each([&](std::string_view name, Position at, TomlValue value) {
        const bool named = name == "queue" || name == "task" || name == "schedule";
        const auto fixed = fixed_sections();
        const bool known = named || name == "defaults" ||
                           std::any_of(fixed.begin(), fixed.end(), [&](const auto& s) { return s.name == name; });
        if (!known)
            return complain_unknown_section(name, at, value);
        if (value.kind() != Kind::table)
            return reader_.complain(at, "'" + std::string(name) + "' is a section, not a value: write [" +
                                            std::string(name) + (named ? ".NAME]" : "]"));
        if (fragment && !named)
            return reader_.complain(at, "[" + std::string(name) +
                                            "] belongs in the main config: conf.d may only add "
                                            "tasks, schedules and queues");
        if (name == "queue")
            read_definitions(name, value, queues_, [&](auto queue, Position, TomlValue t) { read_queue(queue, t); });
        else if (name == "task")
            read_definitions(name, value, tasks_, [&](auto task, Position p, TomlValue t) { read_task(task, p, t); });
        else if (name == "defaults")
            read_defaults(value);
        else if (!named)
            read_fixed(name, value);
    });
}

void Load::read_schedules(const Source& source)
{
    enter(source);
    source.document.root().each([&](std::string_view section, Position, TomlValue value) {
        if (section != "schedule" || value.kind() != Kind::table)
            return;
        config_.schedules.reserve(config_.schedules.size() + value.size());
        read_definitions(section, value, schedules_,
                         [&](auto name, Position at, TomlValue table) { builder_.add(name, at, table); });
    });
}

bool Load::read_fixed(std::string_view name, TomlValue table)
{
    for (const auto& section : fixed_sections())
        if (section.name == name) {
            read_entries(reader_, table, name, {}, [&](std::string_view key, Position, TomlValue value) {
                return read_key(section.keys, reader_, key, value, config_);
            });
            return true;
        }
    return false;
}

void Load::read_defaults(TomlValue table)
{
    read_entries(reader_, table, "defaults", {}, [&](std::string_view key, Position, TomlValue value) {
        return read_key(policy_keys(), reader_, key, value, config_.policies.defaults) ||
               read_key(defaults_keys(), reader_, key, value, config_);
    });
}

void Load::read_definitions(std::string_view kind, TomlValue section, Definitions& seen, const ReadDefinition& read)
{
    const std::string word(kind);
    const auto label = [&](std::string_view name) { return word + " '" + quotable(name) + "'"; };
    section.each([&](std::string_view name, Position at, TomlValue table) {
        if (table.kind() != Kind::table)
            return reader_.complain(at, "'" + quotable(name) + "' stands in [" + word + "] itself: write it in a [" +
                                            word + ".NAME]");
        if (const auto wrong = check_section_name(name); !wrong.empty())
            return reader_.complain(at, label(name) + ": " + wrong);
        // Within one file the parser has seen to it.
        if (sources_->size() > 1) {
            const auto [first, fresh] = seen.try_emplace(std::string(name), reader_.place(at));
            if (!fresh)
                return reader_.complain(at,
                                        label(name) + " is defined already at " + problems_.describe(first->second));
        }
        read(name, at, table);
    });
}

void Load::read_queue(std::string_view name, TomlValue table)
{
    auto& queue = config_.policies.queues[std::string(name)];
    read_entries(reader_, table, "queue.NAME", name, [&](std::string_view key, Position, TomlValue value) {
        return read_key(queue_keys(), reader_, key, value, queue) ||
               (key != "queue" && read_key(policy_keys(), reader_, key, value, queue.policy));
    });
}

void Load::read_task(std::string_view name, Position at, TomlValue table)
{
    auto& task = config_.policies.tasks[std::string(name)];
    task.name = name;
    TaskPlaces places{at, {}, {}, {}};
    read_entries(reader_, table, "task.NAME", name, [&](std::string_view key, Position, TomlValue value) {
        if (key == "argv")
            places.argv = value;
        else if (key == "params")
            places.params = value;
        else if (key == "stdin")
            places.input = value;
        return read_key(task_keys(), reader_, key, value, task) ||
               read_key(policy_keys(), reader_, key, value, task.policy);
    });
    patterns_.insert_or_assign(task.name, check_task(reader_, task, places));
}

void Load::complain_unknown_section(std::string_view name, Position at, TomlValue value)
{
    std::vector<std::string> sections{"defaults", "queue", "task", "schedule"};
    for (const auto& section : fixed_sections())
        sections.emplace_back(section.name);
    const auto word = quotable(name);
    std::string homes;
    for (const auto& section : list_keys())
        for (const auto& key : section.keys)
            if (key.name == name)
                homes += (homes.empty() ? "[" : ", [") + std::string(section.name) + "]";
    if (value.kind() == Kind::table && homes.empty())
        return reader_.complain(at, "unknown section [" + word + "]" + did_you_mean(name, sections));
    reader_.complain(at, "'" + word + "' stands outside of any section" +
                             (homes.empty() ? did_you_mean(name, sections) : ": it belongs in " + homes));
}

void Load::fill_in_defaults()
{
    auto& database = config_.database.path;
    if (database.empty())
        database = default_database(config_.file.empty() ? std::nullopt : std::optional(config_.file),
                                    !sources_->empty() && sources_->front().of_root, context_);
    const auto beside = database.parent_path();
    if (config_.run.state.empty())
        config_.run.state = default_state(database);
    if (config_.run.lock.empty())
        config_.run.lock = config_.run.state / "run.lock";
    if (config_.run.wake.empty())
        config_.run.wake = beside / "wake";
    if (config_.output.directory.empty())
        config_.output.directory = config_.run.state / "output";
    if (config_.run.concurrency == 0)
        config_.run.concurrency = std::max(1, context_.processors);
    if (config_.commands == CommandsKey::any)
        config_.policies.commands = CommandTrust::any;
    for (const auto& [name, queue] : config_.policies.queues)
        if (queue.limits.rate)
            config_.retention.at_least = std::max(config_.retention.at_least, queue.limits.rate->per);
    if (sources_->size() > 1)
        std::sort(config_.schedules.begin(), config_.schedules.end(),
                  [](const Schedule& a, const Schedule& b) { return a.name < b.name; });
}

} // namespace

Config load_config(const std::optional<fs::path>& file, const ConfigContext& context)
{
    return file ? Load(*file, context).run() : Load(context).run();
}

} // namespace escher
