#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace escher {

/// The contents of a config file, and who owns it.
struct ConfigFile {
    std::string text;
    bool of_root = false;
};

/// Reads a file of at most 16 MiB that is regular, symbolic links followed. With `strict`, one that others than root
/// could have written is refused. Throws std::runtime_error: "cannot read FILE: ...".
[[nodiscard]] ConfigFile read_config_file(const std::filesystem::path& path, bool strict);

/// The *.toml in the directory `conf.d`, by name; none where there is no such directory. Throws as above.
[[nodiscard]] std::vector<std::filesystem::path> list_fragments(const std::filesystem::path& directory, bool strict);

/// Throws std::runtime_error that says how to mend it if anybody but root could change what `path` (absolute) leads to:
/// the file, a directory above it, or one that a symbolic link on the way leads through. Directories with the sticky
/// bit pass, since what root owns in them stays root's.
void require_root_only(const std::filesystem::path& path);

} // namespace escher
