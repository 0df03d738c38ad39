#pragma once

#include <escher/access.hpp>
#include <escher/time.hpp>

#include <filesystem>
#include <functional>
#include <string>

namespace escher::sqlite {

struct OpenOptions {
    std::filesystem::path file;
    Access access = Access::write;
    bool rollback_journal = false; ///< database.journal = "delete"
    Duration busy_timeout = std::chrono::seconds(10);
    std::string table_prefix;
    Duration statement_limit = std::chrono::minutes(1); ///< that a statement may compute, see StatementWatch
    std::function<bool()> stop_wanted; ///< empty: nobody asks
};

} // namespace escher::sqlite
