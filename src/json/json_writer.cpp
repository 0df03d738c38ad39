#include "json/json_writer.hpp"

#include "core/time_text.hpp"
#include "core/utf8.hpp"
#include "core/zone.hpp"

#include <charconv>
#include <cmath>

namespace escher {

namespace {

void append_quoted(std::string& out, std::string_view text)
{
    static constexpr char digits[] = "0123456789abcdef";
    out += '"';
    for (std::size_t at = 0; at < text.size();) {
        const auto c = static_cast<unsigned char>(text[at]);
        if (const std::size_t length = character_length(text.substr(at)); length == 0) {
            out += "\xEF\xBF\xBD"; // U+FFFD
            ++at;
        } else if (length > 1) {
            out += text.substr(at, length);
            at += length;
        } else {
            ++at;
            if (c == '"' || c == '\\') {
                out += '\\';
                out += static_cast<char>(c);
            } else if (c == '\n') {
                out += "\\n";
            } else if (c == '\t') {
                out += "\\t";
            } else if (c < 0x20 || c == 0x7f) {
                out += "\\u00";
                out += digits[c >> 4];
                out += digits[c & 15];
            } else {
                out += static_cast<char>(c);
            }
        }
    }
    out += '"';
}

} // namespace

void JsonWriter::separate()
{
    if (!first_)
        text_ += ',';
    first_ = false;
}

JsonWriter& JsonWriter::begin_object()
{
    separate();
    text_ += '{';
    first_ = true;
    return *this;
}

JsonWriter& JsonWriter::end_object()
{
    text_ += '}';
    first_ = false;
    return *this;
}

JsonWriter& JsonWriter::begin_array()
{
    separate();
    text_ += '[';
    first_ = true;
    return *this;
}

JsonWriter& JsonWriter::end_array()
{
    text_ += ']';
    first_ = false;
    return *this;
}

JsonWriter& JsonWriter::key(std::string_view name)
{
    separate();
    append_quoted(text_, name);
    text_ += ':';
    first_ = true;
    return *this;
}

JsonWriter& JsonWriter::value(std::string_view text)
{
    separate();
    append_quoted(text_, text);
    return *this;
}

JsonWriter& JsonWriter::value(std::int64_t number)
{
    separate();
    text_ += std::to_string(number);
    return *this;
}

JsonWriter& JsonWriter::value(double number)
{
    if (!std::isfinite(number))
        return null();
    separate();
    char digits[32];
    const auto [end, error] = std::to_chars(digits, digits + sizeof digits, number);
    text_.append(digits, end);
    return *this;
}

JsonWriter& JsonWriter::value(bool truth)
{
    separate();
    text_ += truth ? "true" : "false";
    return *this;
}

JsonWriter& JsonWriter::value(Time time)
{
    static const Zone utc = Zone::utc();
    return value(std::string_view(format_rfc3339(time, utc)));
}

JsonWriter& JsonWriter::null()
{
    return raw("null");
}

JsonWriter& JsonWriter::raw(std::string_view json)
{
    separate();
    text_ += json;
    return *this;
}

} // namespace escher
