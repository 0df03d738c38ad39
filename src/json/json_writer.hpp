#pragma once

#include <escher/time.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace escher {

/// Writes JSON text, compactly; invalid UTF-8 becomes U+FFFD. Every document of ours begins with "schema": 1.
/// Times are RFC 3339 in UTC.
class JsonWriter {
public:
    JsonWriter& begin_object();
    JsonWriter& end_object();
    JsonWriter& begin_array();
    JsonWriter& end_array();
    JsonWriter& key(std::string_view name);
    JsonWriter& value(std::string_view text);
    JsonWriter& value(const char* text) { return value(std::string_view(text)); }
    JsonWriter& value(std::int64_t number);
    JsonWriter& value(int number) { return value(static_cast<std::int64_t>(number)); }
    JsonWriter& value(double number);
    JsonWriter& value(bool truth);
    JsonWriter& value(Time time);
    JsonWriter& null();
    JsonWriter& raw(std::string_view json); ///< already JSON, as the value of a note is

    [[nodiscard]] const std::string& text() const { return text_; }

private:
    void separate();

    std::string text_;
    bool first_ = true;
};

} // namespace escher
