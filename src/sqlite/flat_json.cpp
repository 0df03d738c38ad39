#include "sqlite/flat_json.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace escher::sqlite {

namespace {

using Json = nlohmann::json;

constexpr int deepest = 100;

[[noreturn]] void fail(const std::string& why)
{
    throw BadJson(why);
}

/// Takes what the parser finds, in its order. Nothing is built up, so that no nesting costs memory or stack.
class Taker : public nlohmann::json_sax<Json> {
public:
    bool null() override { return other("null"); }
    bool boolean(bool truth) override { return word(truth ? "true" : "false"); }
    bool number_integer(number_integer_t number) override { return word(std::to_string(number)); }
    bool number_unsigned(number_unsigned_t number) override { return word(std::to_string(number)); }
    bool number_float(number_float_t /*number*/, const string_t& text) override { return word(text); }
    bool binary(binary_t& /*value*/) override { return other("binary"); }
    bool start_object(std::size_t /*size*/) override { return open('{'); }
    bool start_array(std::size_t /*size*/) override { return open('['); }
    bool end_object() override { return close(); }
    bool end_array() override { return close(); }
    bool parse_error(std::size_t /*at*/, const std::string& /*token*/, const Json::exception& error) override
    {
        // "[json.exception.parse_error.101] parse error at line 1, column 5: ..." without its class
        std::string what = error.what();
        if (const auto end = what.find("] "); what.starts_with('[') && end != std::string::npos)
            what.erase(0, end + 2);
        // What it read last is quoted byte by byte, invalid ones too.
        what.erase(std::min(what.find("; last read"), what.size()));
        fail("not JSON: " + what);
    }

protected:
    virtual bool word(std::string text) = 0; ///< a number or a boolean
    virtual bool other(std::string_view what) = 0;
    virtual bool open(char bracket) = 0;
    virtual bool close() { return true; }
};

/// An argument list and an environment cannot hold NUL.
std::string for_exec(std::string& text)
{
    if (text.find('\0') != std::string::npos)
        fail("a string holds a NUL character");
    return std::move(text);
}

class Strings final : public Taker {
public:
    std::vector<std::string> result;

    bool string(string_t& text) override
    {
        if (!inside_)
            fail("not a JSON array of strings");
        result.push_back(for_exec(text));
        return true;
    }
    bool key(string_t& /*name*/) override { return true; }

private:
    bool word(std::string /*text*/) override { return other(""); }
    bool other(std::string_view /*what*/) override
    {
        fail(inside_ ? "an element is not a string" : "not a JSON array of strings");
    }
    bool open(char bracket) override
    {
        if (inside_ || bracket != '[')
            other("");
        return inside_ = true;
    }

    bool inside_ = false;
};

class StringMap final : public Taker {
public:
    std::map<std::string, std::string> result;

    bool key(string_t& name) override
    {
        name_ = for_exec(name);
        return true;
    }
    bool string(string_t& text) override { return word(for_exec(text)); }

private:
    bool word(std::string text) override
    {
        if (!inside_)
            other("");
        if (!result.emplace(name_, std::move(text)).second)
            fail("the key '" + name_ + "' stands twice");
        return true;
    }
    bool other(std::string_view /*what*/) override
    {
        fail(inside_ ? "a value is not a string" : "not a JSON object of strings");
    }
    bool open(char bracket) override
    {
        if (inside_ || bracket != '{')
            other("");
        return inside_ = true;
    }

    bool inside_ = false;
    std::string name_;
};

class Anything final : public Taker {
public:
    bool key(string_t& /*name*/) override { return true; }
    bool string(string_t& /*text*/) override { return true; }

private:
    bool word(std::string /*text*/) override { return true; }
    bool other(std::string_view /*what*/) override { return true; }
    bool open(char /*bracket*/) override
    {
        if (++depth_ > deepest)
            fail("nested too deeply");
        return true;
    }
    bool close() override { return --depth_ >= 0; }

    int depth_ = 0;
};

/// Throws BadJson as `taker` does, and for what is not JSON.
void parse(std::string_view json, Taker& taker)
{
    // Both would be passed over: NUL as the end of the text, a byte order mark at its beginning.
    if (json.find('\0') != std::string_view::npos)
        fail("not JSON: it holds NUL, a control character");
    if (json.starts_with("\xEF\xBB\xBF"))
        fail("not JSON: it begins with a byte order mark");
    Json::sax_parse(json.begin(), json.end(), &taker);
}

} // namespace

std::vector<std::string> parse_strings(std::string_view json)
{
    Strings strings;
    parse(json, strings);
    return std::move(strings.result);
}

std::map<std::string, std::string> parse_string_map(std::string_view json)
{
    StringMap strings;
    parse(json, strings);
    return std::move(strings.result);
}

bool is_json(std::string_view json)
try {
    Anything anything;
    parse(json, anything);
    return true;
} catch (const BadJson&) {
    return false;
}

std::string as_json(const std::string& text)
{
    return is_json(text) ? text : Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string to_json(const std::vector<std::string>& strings)
{
    return Json(strings).dump();
}

std::string to_json(const std::map<std::string, std::string>& strings)
{
    return Json(strings).dump();
}

} // namespace escher::sqlite
