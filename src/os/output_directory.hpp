#pragma once

#include "os/fd.hpp"

#include <filesystem>
#include <span>
#include <string>

namespace escher::os {

/// The directory that output files lie in, kept open. A symbolic link in its place is not followed: where others write the
/// directory around it, they could lead us to any other.
class OutputDirectory {
public:
    explicit OutputDirectory(const std::filesystem::path& path);

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

    /// A descriptor of the directory, which is created (0750) if only its parent exists. If it is ours and others can
    /// write it, that is taken from them; if it is somebody else's, Error is thrown. Throws Error with the remedy.
    [[nodiscard]] int open_or_create();

    /// The same without creating anything; -1: there is no such directory (errno is ENOENT), or it cannot be opened.
    /// It may be somebody else's.
    [[nodiscard]] int open_existing() const;

    /// The same; errno is EPERM where it is somebody else's, or others can write it for good. Throws Error as
    /// writable_only_by_us().
    [[nodiscard]] int open_ours() const;

    /// To be called when the directory turns out to have been deleted: the next use looks at the path again.
    void forget()
    {
        fd_.reset();
        is_ours_ = false;
    }

    /// Deletes the files of these names in it; those that are gone already, or would not lie in it, do not matter.
    void discard(std::span<const std::string> names) const;

    /// A name that stays inside the directory.
    [[nodiscard]] static bool is_plain_name(const std::string& name);

private:
    std::filesystem::path path_;
    mutable Fd fd_;
    mutable bool is_ours_ = false; ///< nobody else can write what fd_ is
};

} // namespace escher::os
