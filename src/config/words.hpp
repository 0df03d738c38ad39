#pragma once

#include "config/config.hpp"
#include "core/text.hpp"

namespace escher {

template<>
inline constexpr auto names<Journal> = std::to_array<Name<Journal>>({
    {Journal::wal, "wal"},
    {Journal::rollback, "delete"},
});

template<>
inline constexpr auto names<RunMode> = std::to_array<Name<RunMode>>({
    {RunMode::cron, "cron"},
    {RunMode::automatic, "automatic"},
});

template<>
inline constexpr auto names<LogLevel> = std::to_array<Name<LogLevel>>({
    {LogLevel::error, "error"},
    {LogLevel::warning, "warning"},
    {LogLevel::info, "info"},
    {LogLevel::debug, "debug"},
});

template<>
inline constexpr auto names<CgroupUse> = std::to_array<Name<CgroupUse>>({
    {CgroupUse::automatic, "auto"},
    {CgroupUse::off, "off"},
    {CgroupUse::require, "require"},
});

template<>
inline constexpr auto names<CommandsKey> = std::to_array<Name<CommandsKey>>({
    {CommandsKey::automatic, "auto"},
    {CommandsKey::listed, "listed"},
    {CommandsKey::any, "any"},
});

} // namespace escher
