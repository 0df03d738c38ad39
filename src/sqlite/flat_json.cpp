#include "sqlite/flat_json.hpp"

#include "sqlite/utf8.hpp"

#include <cstdint>

namespace escher::sqlite {

namespace {

constexpr int deepest = 100;

class Parser {
public:
    explicit Parser(std::string_view text) : text_(text) {}

    std::vector<std::string> strings()
    {
        std::vector<std::string> result;
        expect('[', "an array of strings");
        if (accept(']'))
            return finish(std::move(result));
        do {
            if (peek() != '"')
                fail("an element is not a string");
            result.push_back(string(true));
        } while (accept(','));
        expect(']', "',' or ']'");
        return finish(std::move(result));
    }

    std::map<std::string, std::string> string_map()
    {
        std::map<std::string, std::string> result;
        expect('{', "an object of strings");
        if (accept('}'))
            return finish(std::move(result));
        do {
            if (peek() != '"')
                fail("a key is not a string");
            auto key = string(true);
            expect(':', "':'");
            auto value = peek() == '"' ? string(true) : scalar();
            if (!result.emplace(key, std::move(value)).second)
                fail("the key '" + key + "' stands twice");
        } while (accept(','));
        expect('}', "',' or '}'");
        return finish(std::move(result));
    }

    void any()
    {
        value(0);
        (void)finish(0);
    }

private:
    [[noreturn]] static void fail(const std::string& why) { throw BadJson(why); }

    template<class T>
    T finish(T result)
    {
        skip_space();
        if (at_ != text_.size())
            fail("something follows the end of the JSON text");
        return result;
    }

    void skip_space()
    {
        while (at_ < text_.size() &&
               (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r'))
            ++at_;
    }

    char peek()
    {
        skip_space();
        return at_ < text_.size() ? text_[at_] : '\0';
    }

    bool accept(char c)
    {
        if (at_ >= text_.size() || peek() != c)
            return false;
        ++at_;
        return true;
    }

    void expect(char c, const char* what)
    {
        if (!accept(c))
            fail(std::string("not JSON: expected ") + what + " at byte " + std::to_string(at_ + 1));
    }

    unsigned hex4()
    {
        if (text_.size() - at_ < 4)
            fail("not JSON: an incomplete \\u escape");
        unsigned code = 0;
        for (int i = 0; i < 4; ++i) {
            const char c = text_[at_++];
            code <<= 4;
            if (c >= '0' && c <= '9')
                code += static_cast<unsigned>(c - '0');
            else if ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'))
                code += static_cast<unsigned>((c | 0x20) - 'a' + 10);
            else
                fail("not JSON: a \\u escape without four hexadecimal digits");
        }
        return code;
    }

    void escape(std::string& out)
    {
        if (at_ >= text_.size())
            fail("not JSON: a string has no end");
        const char c = text_[at_++];
        constexpr std::string_view letters = "\"\\/bfnrt";
        constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
        if (const auto index = letters.find(c); index != std::string_view::npos) {
            out += meanings[index];
            return;
        }
        if (c != 'u')
            fail("not JSON: an unknown escape in a string");
        std::uint32_t code = hex4();
        if (code >= 0xd800 && code < 0xdc00 && text_.substr(at_, 2) == "\\u") {
            at_ += 2;
            const std::uint32_t low = hex4();
            if (low < 0xdc00 || low > 0xdfff)
                fail("not JSON: half of a surrogate pair");
            code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
        } else if (code >= 0xd800 && code <= 0xdfff) {
            fail("not JSON: half of a surrogate pair");
        }
        append_utf8(out, code);
    }

    static void append_utf8(std::string& out, std::uint32_t code)
    {
        const auto tail = [&out, code](int shift) { out += static_cast<char>(0x80 | ((code >> shift) & 0x3f)); };
        if (code < 0x80) {
            out += static_cast<char>(code);
        } else if (code < 0x800) {
            out += static_cast<char>(0xc0 | (code >> 6));
            tail(0);
        } else if (code < 0x10000) {
            out += static_cast<char>(0xe0 | (code >> 12));
            tail(6);
            tail(0);
        } else {
            out += static_cast<char>(0xf0 | (code >> 18));
            tail(12);
            tail(6);
            tail(0);
        }
    }

    /// `for_exec`: an argument list and an environment cannot hold NUL.
    std::string string(bool for_exec)
    {
        expect('"', "a string");
        std::string out;
        for (;;) {
            const auto stop = text_.find_first_of("\"\\", at_);
            if (stop == std::string_view::npos)
                fail("not JSON: a string has no end");
            const auto plain = text_.substr(at_, stop - at_);
            for (const char c : plain)
                if (static_cast<unsigned char>(c) < 0x20)
                    fail("not JSON: a control character in a string");
            out += plain;
            at_ = stop + 1;
            if (text_[stop] == '"')
                break;
            escape(out);
        }
        if (for_exec && out.find('\0') != std::string::npos)
            fail("a string holds a NUL character");
        return out;
    }

    std::string_view number()
    {
        const auto begin = at_;
        const auto digits = [this] {
            const auto from = at_;
            while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9')
                ++at_;
            return at_ - from;
        };
        if (text_[at_] == '-')
            ++at_;
        const auto first = at_;
        const auto whole = digits();
        bool good = whole == 1 || (whole > 1 && text_[first] != '0');
        if (at_ < text_.size() && text_[at_] == '.') {
            ++at_;
            good = digits() > 0 && good;
        }
        if (at_ < text_.size() && (text_[at_] | 0x20) == 'e') {
            ++at_;
            if (at_ < text_.size() && (text_[at_] == '+' || text_[at_] == '-'))
                ++at_;
            good = digits() > 0 && good;
        }
        if (!good)
            fail("not JSON: neither a string nor a number at byte " + std::to_string(begin + 1));
        return text_.substr(begin, at_ - begin);
    }

    bool word(std::string_view expected)
    {
        if (text_.substr(at_, expected.size()) != expected)
            return false;
        at_ += expected.size();
        return true;
    }

    std::string scalar()
    {
        const char c = peek();
        if (word("true"))
            return "true";
        if (word("false"))
            return "false";
        if (c == '[' || c == '{' || word("null"))
            fail("a value is not a string");
        if (at_ >= text_.size())
            fail("not JSON: it has no end");
        return std::string(number());
    }

    void value(int depth)
    {
        if (depth > deepest)
            fail("nested too deeply");
        const char c = peek();
        if (c == '"') {
            (void)string(false);
        } else if (accept('[')) {
            if (accept(']'))
                return;
            do
                value(depth + 1);
            while (accept(','));
            expect(']', "']'");
        } else if (accept('{')) {
            if (accept('}'))
                return;
            do {
                if (peek() != '"')
                    fail("a key is not a string");
                (void)string(false);
                expect(':', "':'");
                value(depth + 1);
            } while (accept(','));
            expect('}', "'}'");
        } else if (!word("null")) {
            (void)scalar();
        }
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

void append_json(std::string& out, std::string_view text)
{
    constexpr std::string_view digits = "0123456789abcdef";
    out += '"';
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (byte < 0x20) {
            out += "\\u00";
            out += digits[byte >> 4];
            out += digits[byte & 15];
        } else {
            out += c;
        }
    }
    out += '"';
}

void require_utf8(std::string_view json)
{
    if (!valid_utf8(json))
        throw BadJson("not valid UTF-8");
}

} // namespace

std::vector<std::string> parse_strings(std::string_view json)
{
    require_utf8(json);
    return Parser(json).strings();
}

std::map<std::string, std::string> parse_string_map(std::string_view json)
{
    require_utf8(json);
    return Parser(json).string_map();
}

bool is_json(std::string_view json)
{
    try {
        require_utf8(json);
        Parser(json).any();
        return true;
    } catch (const BadJson&) {
        return false;
    }
}

std::string to_json(const std::vector<std::string>& strings)
{
    std::string out = "[";
    for (const auto& text : strings) {
        if (out.size() > 1)
            out += ',';
        append_json(out, text);
    }
    return out + "]";
}

std::string to_json(const std::map<std::string, std::string>& strings)
{
    std::string out = "{";
    for (const auto& [key, text] : strings) {
        if (out.size() > 1)
            out += ',';
        append_json(out, key);
        out += ':';
        append_json(out, text);
    }
    return out + "}";
}

} // namespace escher::sqlite
