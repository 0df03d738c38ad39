#include "core/history_marks.hpp"

#include "core/id_text.hpp"
#include "core/stable_hash.hpp"

#include <sstream>

namespace escher {

namespace {

constexpr const char* nothing = "-"; ///< stands for an empty word

std::string word(const std::string& text)
{
    return text.empty() || text.find_first_of(" \n") != std::string::npos ? nothing : text;
}

std::string words(const FileMark& file)
{
    return std::to_string(file.device) + ' ' + std::to_string(file.inode) + ' ' + std::to_string(file.born);
}

std::string words(const MachineMark& machine)
{
    return word(machine.boot) + ' ' + word(machine.hardware);
}

void read(std::istream& in, std::string& text)
{
    if (in >> text && text == nothing)
        text.clear();
}

void read(std::istream& in, FileMark& file)
{
    in >> file.device >> file.inode >> file.born;
}

void read(std::istream& in, MachineMark& machine)
{
    read(in, machine.boot);
    read(in, machine.hardware);
}

} // namespace

std::string to_text(const Home& home)
{
    return "home1 " + words(home.file) + ' ' + words(home.machine) + ' ' + home.path;
}

std::optional<Home> parse_home(const std::string& text)
{
    std::istringstream in(text);
    std::string kind;
    Home home;
    in >> kind;
    read(in, home.file);
    read(in, home.machine);
    if (!in || kind != "home1" || in.get() != ' ' || !std::getline(in, home.path, '\0') || home.path.empty())
        return std::nullopt;
    return home;
}

std::string to_text(const Seen& seen)
{
    const std::string text = "seen1 " + word(seen.instance) + ' ' + word(seen.generation) + ' ' + to_text(seen.run) +
                             ' ' + to_text(seen.job) + ' ' + words(seen.lock) + ' ' + words(seen.machine) + ' ' +
                             std::to_string(seen.at.time_since_epoch().count());
    return text + ' ' + std::to_string(stable_hash({text}));
}

std::optional<Seen> parse_seen(const std::string& text)
{
    const auto end = text.find_last_not_of(" \n");
    const auto checksum = text.find_last_of(' ', end);
    if (end == std::string::npos || checksum == std::string::npos ||
        text.substr(checksum + 1, end - checksum) != std::to_string(stable_hash({text.substr(0, checksum)})))
        return std::nullopt;
    std::istringstream in(text);
    std::string kind;
    Seen seen;
    std::int64_t run = 0;
    std::int64_t job = 0;
    std::int64_t at = 0;
    in >> kind;
    read(in, seen.instance);
    read(in, seen.generation);
    in >> run >> job;
    read(in, seen.lock);
    read(in, seen.machine);
    if (!(in >> at) || kind != "seen1")
        return std::nullopt;
    seen.run = RunId(run);
    seen.job = JobId(job);
    seen.at = Time(Duration(at));
    return seen;
}

} // namespace escher
