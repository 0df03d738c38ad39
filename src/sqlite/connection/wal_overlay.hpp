#pragma once

#include <string>
#include <string_view>

namespace escher::sqlite {

/// Applies the committed frames of a write-ahead log to the image of its database, as SQLite's recovery does: up to
/// the last commit whose checksums are right. A log that does not belong to the image changes nothing.
/// The format: https://www.sqlite.org/fileformat2.html#the_write_ahead_log
void overlay_wal(std::string& image, std::string_view wal);

} // namespace escher::sqlite
