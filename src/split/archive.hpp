#pragma once

#include "split/frame.hpp"

#include <algorithm>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace escher::split {

// One description of what a value consists of, `fields(archive, value)`, serves both directions, so that they cannot differ.

/// Appends values to a message.
class Writer {
public:
    void bytes(const std::string& text)
    {
        count(text.size());
        message_ += text;
    }

    void number(std::uint64_t value, int size)
    {
        for (int i = 0; i < size; ++i)
            message_ += static_cast<char>(value >> (8 * i) & 0xff);
    }

    void count(std::size_t value) { number(value, 4); }
    [[nodiscard]] std::string take() { return std::move(message_); }

private:
    std::string message_;
};

/// Takes values off a message. Throws ProtocolError where it does not hold them.
class Reader {
public:
    explicit Reader(std::string_view message) : left_(message) {}

    std::string bytes()
    {
        const std::size_t size = count();
        std::string text(left_.substr(0, size));
        left_.remove_prefix(size);
        return text;
    }

    std::uint64_t number(int size)
    {
        if (left_.size() < static_cast<std::size_t>(size))
            throw ProtocolError("a message that ends early");
        std::uint64_t value = 0;
        for (int i = 0; i < size; ++i)
            value |= static_cast<std::uint64_t>(static_cast<unsigned char>(left_[static_cast<std::size_t>(i)]))
                     << (8 * i);
        left_.remove_prefix(static_cast<std::size_t>(size));
        return value;
    }

    /// Of things that take a byte at least, each.
    std::size_t count()
    {
        const auto value = static_cast<std::size_t>(number(4));
        if (value > left_.size())
            throw ProtocolError("a count that is larger than its message");
        return value;
    }

    void end() const
    {
        if (!left_.empty())
            throw ProtocolError("a message with more than belongs to it");
    }

private:
    std::string_view left_;
};

template<class T, class U>
concept Is = std::same_as<std::remove_const_t<T>, U>;

/// The number of enumerators of an enum that is sent; they begin with 0.
template<class E>
inline constexpr std::uint64_t enumerators = 0;

template<class A>
inline constexpr bool reads = std::same_as<A, Reader>;

template<class A, Is<std::string> T>
void fields(A& archive, T& text)
{
    if constexpr (reads<A>)
        text = archive.bytes();
    else
        archive.bytes(text);
}

template<class A, Is<bool> T>
void fields(A& archive, T& value)
{
    if constexpr (reads<A>) {
        const auto byte = archive.number(1);
        if (byte > 1)
            throw ProtocolError("a truth that is none");
        value = byte == 1;
    } else {
        archive.number(value ? 1 : 0, 1);
    }
}

template<class A, class T>
requires Is<T, std::int64_t> || Is<T, std::uint64_t> || Is<T, int>
void fields(A& archive, T& value)
{
    if constexpr (reads<A>) {
        const auto wide = static_cast<std::int64_t>(archive.number(8));
        value = static_cast<T>(wide);
        if (static_cast<std::int64_t>(value) != wide)
            throw ProtocolError("a number out of range");
    } else {
        archive.number(static_cast<std::uint64_t>(static_cast<std::int64_t>(value)), 8);
    }
}

/// Enums without a fixed set of values are numbers: ids.
template<class A, class T>
requires std::is_enum_v<std::remove_const_t<T>>
void fields(A& archive, T& value)
{
    using Enum = std::remove_const_t<T>;
    if constexpr (enumerators<Enum> == 0) {
        static_assert(sizeof(Enum) == 8, "an enum that is sent says how many enumerators it has");
        if constexpr (reads<A>)
            value = static_cast<Enum>(archive.number(8));
        else
            archive.number(static_cast<std::uint64_t>(value), 8);
    } else if constexpr (reads<A>) {
        const auto number = archive.number(1);
        if (number >= enumerators<Enum>)
            throw ProtocolError("an enumerator that there is not");
        value = static_cast<Enum>(number);
    } else {
        archive.number(static_cast<std::uint64_t>(value), 1);
    }
}

template<class A, class T>
requires Is<T, std::chrono::milliseconds> || Is<T, std::chrono::sys_time<std::chrono::milliseconds>>
void fields(A& archive, T& value)
{
    // Within a hundred thousand years around 1970 nothing overflows, whatever is added.
    constexpr std::int64_t most = std::int64_t{100'000} * 366 * 86'400'000;
    using Clocked = std::remove_const_t<T>;
    if constexpr (reads<A>) {
        const auto count = static_cast<std::int64_t>(archive.number(8));
        if (count > most || count < -most)
            throw ProtocolError("a time out of range");
        value = Clocked(std::chrono::milliseconds(count));
    } else if constexpr (Is<T, std::chrono::milliseconds>) {
        archive.number(static_cast<std::uint64_t>(std::clamp<std::int64_t>(value.count(), -most, most)), 8);
    } else {
        const auto count = value.time_since_epoch().count();
        archive.number(static_cast<std::uint64_t>(std::clamp<std::int64_t>(count, -most, most)), 8);
    }
}

template<class T, template<class...> class Of>
inline constexpr bool is_a = false;
template<template<class...> class Of, class... Inner>
inline constexpr bool is_a<Of<Inner...>, Of> = true;

template<class T, template<class...> class Of>
concept IsA = is_a<std::remove_const_t<T>, Of>;

template<class A, class T>
requires std::is_empty_v<T>
void fields(A& /*archive*/, T& /*value*/) {}

/// One after the other.
template<class A, class... T>
void each(A& archive, T&... values)
{
    (fields(archive, values), ...);
}

template<class A, IsA<std::pair> T>
void fields(A& archive, T& pair)
{
    each(archive, pair.first, pair.second);
}

template<class A, IsA<std::optional> T>
void fields(A& archive, T& value)
{
    bool there = value.has_value();
    fields(archive, there);
    if constexpr (reads<A>) {
        value.reset();
        if (there)
            value.emplace();
    }
    if (there)
        fields(archive, *value);
}

template<class A, IsA<std::vector> T>
void fields(A& archive, T& list)
{
    if constexpr (reads<A>) {
        list.clear();
        for (std::size_t left = archive.count(); left > 0; --left)
            fields(archive, list.emplace_back());
    } else {
        archive.count(list.size());
        for (const auto& element : list)
            fields(archive, element);
    }
}

template<class A, Is<std::map<std::string, std::string>> T>
void fields(A& archive, T& map)
{
    if constexpr (reads<A>) {
        map.clear();
        for (std::size_t left = archive.count(); left > 0; --left) {
            std::string key = archive.bytes();
            if (!map.emplace(std::move(key), archive.bytes()).second)
                throw ProtocolError("a key that comes twice");
        }
    } else {
        archive.count(map.size());
        for (const auto& [key, value] : map) {
            archive.bytes(key);
            archive.bytes(value);
        }
    }
}

template<std::size_t I = 0, class V>
void emplace_alternative(V& variant, std::size_t index)
{
    if constexpr (I < std::variant_size_v<V>) {
        if (index == I)
            variant.template emplace<I>();
        else
            emplace_alternative<I + 1>(variant, index);
    } else {
        throw ProtocolError("a message of a kind that there is not");
    }
}

template<class A, IsA<std::variant> T>
void fields(A& archive, T& variant)
{
    if constexpr (reads<A>)
        emplace_alternative(variant, static_cast<std::size_t>(archive.number(1)));
    else
        archive.number(variant.index(), 1);
    std::visit([&archive](auto& alternative) { fields(archive, alternative); }, variant);
}

} // namespace escher::split
