#include "os/zone_files.hpp"

#include "os/errno_text.hpp"
#include "os/fd.hpp"

#include <escher/error.hpp>

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <map>
#include <stdexcept>

namespace escher::os {

namespace {

constexpr std::string_view system_directory = "/usr/share/zoneinfo";
constexpr std::string_view system_zone = "/etc/localtime";

/// Names like "America/Argentina/Buenos_Aires" and "Etc/GMT+1": nothing that leaves the directory.
bool is_zone_name(std::string_view name)
{
    constexpr std::size_t longest = 255;
    if (name.empty() || name.size() > longest || name.front() == '/' || name.back() == '/' ||
        name.find("//") != std::string_view::npos || name.find("..") != std::string_view::npos)
        return false;
    return std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/' || c == '_' ||
               c == '-' || c == '+' || c == '.';
    });
}

[[noreturn]] void cannot_read(const std::string& path, int error)
{
    throw Error(ErrorKind::io, "cannot read the time zone file '" + path + "': " + errno_text(error) + remedy(error));
}

bool means_no_such_file(int error)
{
    return error == ENOENT || error == ENOTDIR || error == EACCES || error == ELOOP || error == ENAMETOOLONG ||
           error == ENXIO;
}

/// None: there is no such file for us. Throws where that cannot be told: a schedule must not fall back to UTC by chance.
std::optional<std::string> read_zone_file(const std::string& path)
{
    // The largest is a few kilobytes.
    constexpr off_t largest = 1 << 20;
    const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    if (!fd) {
        if (means_no_such_file(errno))
            return std::nullopt;
        cannot_read(path, errno);
    }
    struct stat file = {};
    if (::fstat(fd.get(), &file) != 0)
        cannot_read(path, errno);
    if (!S_ISREG(file.st_mode) || file.st_size > largest)
        return std::nullopt;
    std::string contents(static_cast<std::size_t>(file.st_size), '\0');
    std::size_t size = 0;
    while (size < contents.size()) {
        const ssize_t got = ::read(fd.get(), contents.data() + size, contents.size() - size);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            cannot_read(path, errno);
        if (got == 0)
            break;
        size += static_cast<std::size_t>(got);
    }
    contents.resize(size);
    return contents;
}

std::shared_ptr<const Zone> parse(const std::optional<std::string>& contents)
{
    if (!contents)
        return nullptr;
    try {
        return std::make_shared<const Zone>(Zone::from_tzif(*contents));
    } catch (const std::invalid_argument&) {
        return nullptr; // some other file that lies there, like zone.tab
    }
}

std::string zone_directory()
{
    const char* directory = ::secure_getenv("TZDIR");
    return directory != nullptr && *directory == '/' ? directory : std::string(system_directory);
}

std::shared_ptr<const Zone> load_named(const std::string& name)
{
    if (name == "UTC" || name == "Etc/UTC")
        return std::make_shared<const Zone>(Zone::utc());
    return is_zone_name(name) ? parse(read_zone_file(zone_directory() + "/" + name)) : nullptr;
}

/// A rule like "CET-1CEST,M3.5.0,M10.5.0/3" as the zone file that consists of nothing but its footer.
std::string zone_file_of_rule(const std::string& rule)
{
    const auto big_endian = [](std::uint32_t number) {
        std::string bytes;
        for (int shift = 24; shift >= 0; shift -= 8)
            bytes += static_cast<char>(number >> shift & 0xFFU);
        return bytes;
    };
    const std::string version_and_padding = "2" + std::string(15, '\0');
    // Counts of: UT and standard indicators, leap seconds, transitions, types, characters. One type: offset 0, "UTC".
    const std::string counts =
        big_endian(0) + big_endian(0) + big_endian(0) + big_endian(0) + big_endian(1) + big_endian(4);
    const std::string type = std::string(6, '\0') + std::string("UTC\0", 4);
    const std::string block = "TZif" + version_and_padding + counts + type;
    return block + block + "\n" + rule + "\n";
}

/// What tzset(3) makes of $TZ, but for paths outside of the zone directory.
std::shared_ptr<const Zone> load_variable(std::string value)
{
    if (value.starts_with(':'))
        value.erase(0, 1);
    if (value.empty())
        return load_named("UTC");
    if (value == system_zone)
        return parse(read_zone_file(value));
    if (const auto prefix = zone_directory() + "/"; value.starts_with(prefix))
        value.erase(0, prefix.size());
    if (auto zone = load_named(value))
        return zone;
    const bool may_be_rule = value.front() != '/' && value.find('\n') == std::string::npos &&
                             value.find_first_of("0123456789") != std::string::npos;
    return may_be_rule ? parse(zone_file_of_rule(value)) : nullptr;
}

std::shared_ptr<const Zone> load(const std::string& name)
{
    if (name != "local")
        return load_named(name);
    if (const char* variable = ::secure_getenv("TZ"))
        return load_variable(variable);
    auto zone = parse(read_zone_file(std::string(system_zone)));
    return zone ? zone : load_named("UTC"); // as the C library has it, where nothing is set up
}

} // namespace

std::shared_ptr<const Zone> load_zone(const std::string& name)
{
    static std::map<std::string, std::shared_ptr<const Zone>> loaded;
    const auto found = loaded.find(name);
    if (found != loaded.end())
        return found->second;
    auto zone = load(name);
    if (zone)
        loaded[name] = zone;
    return zone;
}

} // namespace escher::os
