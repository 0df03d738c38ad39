#include "json/json_fault.hpp"

#include <nlohmann/json.hpp>

namespace escher {

std::optional<std::string> json_fault(std::string_view text)
{
    try {
        // Only parsed, into nothing: deep nesting costs no stack and no memory.
        [[maybe_unused]] const auto nothing =
            nlohmann::json::parse(text, [](int depth, nlohmann::json::parse_event_t, nlohmann::json&) {
                if (depth > 100)
                    throw std::length_error("it is nested more than 100 levels deep");
                return false;
            });
        return std::nullopt;
    } catch (const nlohmann::json::parse_error& error) {
        std::string what = error.what();
        // "[json.exception.parse_error.101] parse error at line 1, column 2: ..." without its own name
        if (const auto end = what.find("] "); end != std::string::npos)
            what.erase(0, end + 2);
        return what;
    } catch (const std::length_error& error) {
        return error.what();
    }
}

} // namespace escher
