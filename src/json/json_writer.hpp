#pragma once

#include "core/id_text.hpp"

#include <escher/time.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace escher {

/// Writes JSON text, compactly; invalid UTF-8 becomes U+FFFD. Times are RFC 3339 in UTC, durations milliseconds, an
/// optional without a value is null.
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
    JsonWriter& value(Duration duration) { return value(static_cast<std::int64_t>(duration.count())); }
    JsonWriter& value(JobId job) { return value(number_of(job)); }
    JsonWriter& value(RunId run) { return value(number_of(run)); }
    template<class Value>
    JsonWriter& value(const std::optional<Value>& value)
    {
        return value ? this->value(*value) : null();
    }
    JsonWriter& null();
    JsonWriter& raw(std::string_view json); ///< already JSON, as the value of a note is

    template<class Value>
    JsonWriter& member(std::string_view name, const Value& value)
    {
        return key(name).value(value);
    }

    /// A text that is not there is empty with us, and null in JSON.
    JsonWriter& member_or_null(std::string_view name, std::string_view text)
    {
        return text.empty() ? key(name).null() : member(name, text);
    }

    /// An array; `write` is called with each of `elements` and writes one value.
    template<class Elements, class Write>
    JsonWriter& array(std::string_view name, const Elements& elements, const Write& write)
    {
        key(name).begin_array();
        for (const auto& element : elements)
            write(element);
        return end_array();
    }

    /// An array of what value() takes.
    template<class Elements>
    JsonWriter& array(std::string_view name, const Elements& elements)
    {
        return array(name, elements, [this](const auto& element) { this->value(element); });
    }

    [[nodiscard]] const std::string& text() const { return text_; }

private:
    void separate();

    std::string text_;
    bool first_ = true;
};

/// A document of ours: {"schema": 1, what `write_members(JsonWriter&)` writes}, and a newline.
template<class WriteMembers>
[[nodiscard]] std::string json_document(const WriteMembers& write_members)
{
    JsonWriter json;
    json.begin_object().member("schema", 1);
    write_members(json);
    json.end_object();
    return json.text() + '\n';
}

} // namespace escher
