#include "os/lock_epoch.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <sstream>
#include <string>

namespace escher::os {

std::int64_t read_epoch(int file)
{
    std::array<char, epoch_line_size> line{};
    const ssize_t size = ::pread(file, line.data(), line.size(), epoch_line_at);
    std::istringstream in(std::string(line.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0))));
    std::string word;
    std::int64_t epoch = 0;
    return in >> word >> epoch && word == "epoch" && epoch > 0 && epoch <= largest_epoch ? epoch : 0;
}

} // namespace escher::os
