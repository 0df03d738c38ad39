#include "app/find_job.hpp"

#include "core/ascii.hpp"

#include <escher/error.hpp>

#include <algorithm>
#include <charconv>

namespace escher {

std::optional<JobId> find_job(Store& store, const std::string& text)
{
    std::int64_t number = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    if (error == std::errc() && stop == end && number > 0)
        return JobId{number};
    // Tokens are 32 lower-case hexadecimal digits; shorter ones come from clients that set their own.
    const bool plain =
        std::ranges::all_of(text, [](char c) { return is_digit(c) || is_letter(c) || c == '-' || c == '_'; });
    if (!plain || text.size() < 8 || text.front() == '-')
        throw Error(ErrorKind::usage, "'" + text + "' is not a job: write its id, like 17, or its token");
    return store.find_token(text);
}

Job require_job(Store& store, const std::string& text)
{
    if (const auto id = find_job(store, text))
        if (auto job = store.find(*id))
            return std::move(*job);
    throw Error(ErrorKind::not_found, "there is no job " + text);
}

} // namespace escher
