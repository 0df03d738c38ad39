#pragma once

#include "app/findings.hpp"
#include "config/config.hpp"

#include <sys/stat.h>

namespace escher::cli {

/// Looks at the directory of the database and all of ours in it: is it there, may this user and, where it is shared,
/// its group write it, is it on a local file system. Changes nothing.
void check_files(const Config& config, Findings& findings);

/// What the owner, group and mode of a file are to those of the directory that its group shares.
struct FileFacts {
    uid_t owner = 0;
    gid_t group = 0;
    mode_t mode = 0;
};

/// What is wrong with a file of ours in a directory; `title` names it. Adds nothing if all is well.
void judge_file(const std::string& title, const std::string& path, const FileFacts& file, const FileFacts& directory,
                Findings& findings);

} // namespace escher::cli
