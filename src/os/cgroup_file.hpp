#pragma once

#include "os/fd.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace escher::os {

/// The directory of a group, for reading; none, and errno: it cannot be opened.
[[nodiscard]] Fd open_group(int at, const char* name);

/// The names of the groups right below the one that `directory` is open on; one that was removed meanwhile has none.
/// None: they cannot be read.
[[nodiscard]] std::optional<std::vector<std::string>> groups_below(int directory);

/// Reads a control file of the group that `directory` is open on (AT_FDCWD: `name` is a path). 0, or errno with `text`
/// empty: ENOENT where the kernel or the group has no such file, ENODEV where the group is gone.
[[nodiscard]] int read_group_file(int directory, const char* name, std::string& text);

/// The same with a descriptor that stays open, from its start.
[[nodiscard]] int read_group_file(int file, std::string& text);

/// 0 or errno.
[[nodiscard]] int write_group_file(int directory, const char* name, std::string_view value);

/// The number behind `key` in lines of "KEY NUMBER", as in memory.events; none: there is no such line.
[[nodiscard]] std::optional<std::int64_t> number_of(std::string_view text, std::string_view key);

/// True if `word` is one of the words of `text`, as in cgroup.controllers.
[[nodiscard]] bool has_word(std::string_view text, std::string_view word);

} // namespace escher::os
