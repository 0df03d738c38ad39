#pragma once

#include <escher/access.hpp>
#include <escher/time.hpp>

#include <filesystem>
#include <string>

namespace escher::sqlite {

struct OpenOptions {
    std::filesystem::path file;
    Access access = Access::write;
    bool rollback_journal = false; ///< database.journal = "delete"
    Duration busy_timeout = std::chrono::seconds(10);
    std::string table_prefix;
};

} // namespace escher::sqlite
