#include "config/keys.hpp"
#include "config_sandbox.hpp"
#include "core/policy.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <set>
#include <sstream>

using namespace escher;

namespace {

std::string reference()
{
    std::ifstream file(REFERENCE, std::ios::binary);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

bool is_commented_out(const std::string& line)
{
    return line.size() > 1 && line[0] == '#' && (line[1] == '[' || (line[1] >= 'a' && line[1] <= 'z'));
}

std::vector<std::string> lines_of(const std::string& text)
{
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);)
        lines.push_back(line);
    return lines;
}

std::string uncommented()
{
    std::string text;
    for (const auto& line : lines_of(reference()))
        text += (is_commented_out(line) ? line.substr(1) : line) + "\n";
    return text;
}

/// "task.NAME" for "[task.thumbnail]".
std::string section_of(const std::string& header)
{
    const auto name = header.substr(1, header.find(']') - 1);
    for (const std::string kind : {"queue", "task", "schedule"})
        if (name.starts_with(kind + "."))
            return kind + ".NAME";
    return name;
}

struct Shown {
    std::string section;
    std::string key;
    std::string value;
    std::string why;
};

std::vector<Shown> shown_keys()
{
    std::vector<Shown> keys;
    std::string section;
    std::string before;
    for (const auto& line : lines_of(reference())) {
        const auto text = is_commented_out(line) ? line.substr(1) : line;
        if (text.starts_with('['))
            section = section_of(text);
        else if (is_commented_out(line))
            keys.push_back({section, text.substr(0, text.find(' ')), text.substr(text.find(" = ") + 3), before});
        before = line;
    }
    return keys;
}

} // namespace

TEST_CASE("the reference loads as it is shipped, and changes nothing")
{
    const ConfigSandbox box;
    CHECK(box.mistakes(reference()).empty());
    const auto config = box.load();
    CHECK(config.policies.tasks.empty());
    CHECK(config.schedules.empty());
}

TEST_CASE("every key that is read is in the reference, and every key in it is read")
{
    std::set<std::string> read;
    for (const auto& section : list_keys())
        for (const auto& key : section.keys)
            if (!(section.name == "defaults" && key.name == "limits")) // has a section of its own there
                read.insert(std::string(section.name) + ": " + std::string(key.name));
    std::set<std::string> shown;
    for (const auto& key : shown_keys())
        shown.insert(key.section + ": " + key.key);
    CHECK(read.size() > 80);
    for (const auto& key : read) {
        CAPTURE(key);
        CHECK(shown.contains(key));
    }
    for (const auto& key : shown) {
        CAPTURE(key);
        CHECK(read.contains(key));
    }
}

TEST_CASE("every key in the reference has a line of why above it")
{
    for (const auto& key : shown_keys()) {
        CAPTURE(key.section);
        CAPTURE(key.key);
        CHECK(key.why.starts_with("# "));
        CHECK(key.why.size() > 10);
    }
}

TEST_CASE("the reference shows the defaults of the table")
{
    for (const auto& shown : shown_keys()) {
        if (shown.section.ends_with(".NAME"))
            continue; // examples
        for (const auto& section : list_keys())
            for (const auto& key : section.keys)
                if (section.name == shown.section && key.name == shown.key) {
                    CAPTURE(shown.section);
                    CAPTURE(shown.key);
                    CHECK(shown.value == key.initial);
                }
    }
}

TEST_CASE("with every line uncommented it loads, and all defaults are the built-in ones")
{
    const ConfigSandbox box;
    const auto plain = box.load("");
    CHECK(box.mistakes(uncommented()).empty());
    const auto full = box.load();

    CHECK(full.database.path == plain.database.path);
    CHECK(full.database.journal == plain.database.journal);
    CHECK(full.database.busy_timeout == plain.database.busy_timeout);
    CHECK(full.database.table_prefix == plain.database.table_prefix);
    CHECK(full.run.mode == plain.run.mode);
    CHECK(full.run.state == plain.run.state);
    CHECK(full.run.lock == plain.run.lock);
    CHECK(full.run.wake == plain.run.wake);
    CHECK(full.run.concurrency == plain.run.concurrency);
    CHECK(full.run.max_load == plain.run.max_load);
    CHECK(full.run.shutdown_grace == plain.run.shutdown_grace);
    CHECK(full.run.cgroup == plain.run.cgroup);
    CHECK(apply({}, full.policies.defaults) == apply({}, plain.policies.defaults));
    CHECK(apply({}, full.policies.defaults) == JobPolicy{});
    CHECK(full.policies.environment == plain.policies.environment);
    CHECK(full.policies.user == plain.policies.user);
    CHECK(full.policies.commands == plain.policies.commands);
    CHECK(full.commands == plain.commands);
    CHECK(full.aging == plain.aging);
    CHECK(full.output.directory == plain.output.directory);
    CHECK(full.output.max_bytes == plain.output.max_bytes);
    CHECK(full.retention.completed == plain.retention.completed);
    CHECK(full.retention.failed == plain.retention.failed);
    CHECK(full.retention.cancelled == plain.retention.cancelled);
    CHECK(full.retention.keep == plain.retention.keep);
    CHECK(full.log.target == plain.log.target);
    CHECK(full.log.level == plain.log.level);

    CHECK(full.policies.queues.size() == 1);
    CHECK(full.policies.tasks.size() == 2);
    CHECK(full.schedules.size() == 2);
}

TEST_CASE("the defaults that the table gives for named sections are the built-in ones")
{
    const ConfigSandbox box;
    std::string text;
    for (const auto& section : list_keys()) {
        if (!section.name.ends_with(".NAME"))
            continue;
        std::string header(section.name);
        header.replace(header.find("NAME"), 4, "x");
        text += "[" + header + "]\n";
        for (const auto& key : section.keys)
            if (!key.initial.empty() && !(section.name == "schedule.NAME" && key.name == "params"))
                text += std::string(key.name) + " = " + std::string(key.initial) + "\n";
        if (section.name != "queue.NAME")
            text += "argv = [\"/bin/true\"]\n";
        if (section.name == "schedule.NAME")
            text += "every = \"1h\"\n";
    }
    CHECK(box.mistakes(text).empty());
    const auto config = box.load();
    CHECK(config.policies.queues.at("x").limits == QueueLimits{});
    CHECK(apply({}, config.policies.queues.at("x").policy) == JobPolicy{});
    for (const auto* name : {"x", "schedule:x"}) {
        const auto& task = config.policies.tasks.at(name);
        CHECK(apply({}, task.policy) == JobPolicy{});
        CHECK_FALSE(task.input.has_value());
        CHECK_FALSE(task.user.has_value());
        CHECK(task.environment.empty());
        CHECK(task.params.empty());
    }
    const auto& schedule = config.schedules.at(0);
    const Schedule plain;
    CHECK(schedule.catch_up == plain.catch_up);
    CHECK(schedule.deadline == plain.deadline);
    CHECK(schedule.overlap == plain.overlap);
    CHECK(schedule.jitter == plain.jitter);
    CHECK(schedule.enabled == plain.enabled);
}
