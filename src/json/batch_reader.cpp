#include "json/batch_reader.hpp"

#include "core/suggest.hpp"

#include <escher/error.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>

namespace escher {

namespace {

using Json = nlohmann::json;

constexpr std::size_t most_errors = 10;

[[noreturn]] void refuse(const std::string& text)
{
    throw Error(ErrorKind::bad_data, text);
}

/// Strings as they are, numbers as their digits: what would be written on a command line.
std::string as_text(const std::string& key, const Json& value)
{
    if (value.is_string())
        return value.get<std::string>();
    if (value.is_number())
        return value.dump();
    refuse("'" + key + "' must be a string or a number");
}

std::vector<std::string> strings_of(const Json& value)
{
    if (!value.is_array() || value.empty())
        refuse("'command' must be an array of strings: [\"gzip\", \"a.log\"]");
    std::vector<std::string> argv;
    for (const Json& element : value) {
        if (!element.is_string())
            refuse("'command' must be an array of strings; element " + std::to_string(argv.size() + 1) + " is none");
        argv.push_back(element.get<std::string>());
    }
    return argv;
}

const std::vector<std::string>& known_keys()
{
    static const std::vector<std::string> all = [] {
        std::vector<std::string> keys = {"command", "params"};
        keys.insert(keys.end(), JobDraft::options().begin(), JobDraft::options().end());
        return keys;
    }();
    return all;
}

void set_member(JobDraft& draft, const std::string& key, const Json& value)
{
    if (value.is_null())
        return;
    if (key == "command") {
        draft.set_command(strings_of(value));
    } else if (key == "params") {
        if (!value.is_object())
            refuse("'params' must be an object: {\"id\": 42}");
        for (const auto& [name, param] : value.items())
            draft.set_param(name, as_text(name, param));
    } else if ((key == "after" || key == "after-any") && value.is_array()) {
        for (const Json& id : value)
            draft.set(key, as_text(key, id));
    } else if (key == "stdin" && value == "-") {
        refuse("'stdin' must name a file");
    } else if (std::ranges::find(known_keys(), key) == known_keys().end()) {
        refuse("unknown key '" + key + "'" + did_you_mean(key, known_keys()));
    } else {
        draft.set(key, as_text(key, value));
    }
}

NewJob read_line(const std::string& line, JobDraft draft, JobDraft::Checks& checks)
{
    // Discards are not needed: a line is small. Deep nesting costs the parser no stack.
    const Json object = Json::parse(line);
    if (!object.is_object())
        refuse("not a JSON object");
    for (const auto& [key, value] : object.items())
        set_member(draft, key, value);
    return std::move(draft).finish(checks);
}

/// False: the database, the system or the config is in the way, of the other lines as well.
bool is_fault_of_line(ErrorKind kind)
{
    return kind == ErrorKind::usage || kind == ErrorKind::bad_data || kind == ErrorKind::not_found;
}

std::string without_class(std::string what)
{
    // "[json.exception.parse_error.101] parse error at line 1, column 5: ..." without its class
    if (const auto end = what.find("] "); what.starts_with('[') && end != std::string::npos)
        what.erase(0, end + 2);
    return "not JSON: " + what;
}

} // namespace

std::vector<NewJob> read_batch(std::istream& in, const std::string& name, Time now, const Zone& zone,
                               JobDraft::Checks& checks)
{
    std::vector<NewJob> jobs;
    std::string errors;
    std::size_t faulty = 0;
    std::string line;
    for (std::size_t number = 1; std::getline(in, line); ++number) {
        if (line.find_first_not_of(" \t\r") == std::string::npos)
            continue;
        std::string what;
        try {
            jobs.push_back(read_line(line, JobDraft(now, zone, ""), checks));
            continue;
        } catch (const Json::exception& error) {
            what = without_class(error.what());
        } catch (const Error& error) {
            if (!is_fault_of_line(error.kind()))
                throw Error(error.kind(), name + ":" + std::to_string(number) + ": " + error.what());
            what = error.what();
        }
        if (++faulty <= most_errors)
            errors += (errors.empty() ? "" : "\n") + name + ":" + std::to_string(number) + ": " + what;
    }
    if (in.bad())
        throw Error(ErrorKind::io, "cannot read " + name);
    if (faulty > most_errors)
        errors += "\n" + name + ": " + std::to_string(faulty - most_errors) + " more lines are faulty";
    if (faulty > 0)
        refuse(errors + "\nno job was created");
    return jobs;
}

} // namespace escher
