#include "app/find_job.hpp"
#include "app/history.hpp"
#include "cli/commands/entries.hpp"
#include "cli/context.hpp"
#include "json/json_writer.hpp"

#include <escher/error.hpp>

#include <fmt/format.h>

#include <limits>

namespace escher::cli {

namespace {

/// So many jobs go in one transaction: long enough to be quick, short enough to hold up nobody.
constexpr int batch = 500;

/// Names come from the database: only one that stays inside the output directory is touched.
void discard_output(const std::filesystem::path& directory, const Expired& expired)
{
    for (const std::string& name : expired.output_files) {
        if (name.empty() || name.find('/') != std::string::npos || name == "." || name == "..")
            continue;
        std::error_code ignored; // gone already is as good
        std::filesystem::remove(directory / name, ignored);
    }
}

void tell(Context& context, const std::vector<Expired>& gone, bool dry)
{
    if (context.console.json) {
        JsonWriter json;
        json.begin_object().key("schema").value(1).key("dry_run").value(dry).key("jobs").begin_array();
        for (const Expired& expired : gone)
            json.value(static_cast<std::int64_t>(expired.job));
        json.end_array().end_object();
        context.console.out(json.text() + '\n');
        return;
    }
    if (dry)
        for (const Expired& expired : gone)
            context.console.out(to_text(expired.job) + '\n');
    context.console.narrate(fmt::format("{} finished job{} {}", gone.size(), gone.size() == 1 ? "" : "s",
                                        dry ? "would be deleted" : "deleted"));
}

} // namespace

int run_prune(Context& context, const Arguments& arguments)
{
    const bool dry = arguments.has("dry-run");
    const Config& config = context.session.config();
    const Time now = context.session.now();
    Store& store = context.session.store(dry ? Access::read : Access::write);
    if (dry) {
        tell(context, store.expired(config.retention, true, now, std::numeric_limits<int>::max()), true);
        return 0;
    }
    if (const auto held = why_held(config, store))
        throw Error(ErrorKind::config, "nothing is pruned: " + *held);
    std::vector<Expired> gone;
    JobId last_first{};
    for (;;) {
        const auto expired = store.expired(config.retention, true, now, batch);
        // The same again: the store holds on to it (it was retried meanwhile), and so would this loop.
        if (expired.empty() || (!gone.empty() && expired.front().job == last_first))
            break;
        last_first = expired.front().job;
        std::vector<JobId> ids;
        for (const Expired& one : expired) {
            discard_output(config.output.directory, one); // before the rows, which alone know the names
            ids.push_back(one.job);
        }
        store.erase(ids);
        gone.insert(gone.end(), expired.begin(), expired.end());
    }
    tell(context, gone, false);
    return 0;
}

} // namespace escher::cli
