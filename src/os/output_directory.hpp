#pragma once

#include "os/fd.hpp"

#include <filesystem>
#include <span>
#include <string>

namespace escher::os {

/// The directory that output files lie in, kept open.
class OutputDirectory {
public:
    explicit OutputDirectory(std::filesystem::path path) : path_(std::move(path)) {}

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

    /// A descriptor of the directory, which is created (0770) if only its parent exists. Throws Error with the remedy.
    [[nodiscard]] int open_or_create();

    /// The same without creating anything; -1: there is no such directory (errno is ENOENT), or it cannot be opened.
    [[nodiscard]] int open_existing() const;

    /// To be called when the directory turns out to have been deleted: the next use looks at the path again.
    void forget() { fd_.reset(); }

    /// Deletes the files of these names in it; those that are gone already, or would not lie in it, do not matter.
    void discard(std::span<const std::string> names) const;

    /// A name that stays inside the directory.
    [[nodiscard]] static bool is_plain_name(const std::string& name);

private:
    std::filesystem::path path_;
    mutable Fd fd_;
};

} // namespace escher::os
