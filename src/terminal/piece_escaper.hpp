#pragma once

#include <string>
#include <string_view>

namespace escher {

/// Makes pieces of a text safe for a terminal without taking a character apart that lies across two of them.
class PieceEscaper {
public:
    [[nodiscard]] std::string escape(std::string_view piece);
    [[nodiscard]] std::string rest(); ///< what was held back, at the end

private:
    std::string held_;
};

} // namespace escher
