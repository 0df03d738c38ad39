#include "config/keys.hpp"
#include "core/suggest.hpp"

namespace escher {

namespace {

template<class T>
void append(std::vector<KeyText>& to, std::span<const Key<T>> keys, std::string_view without = {})
{
    for (const auto& key : keys)
        if (key.name != without)
            to.push_back({key.name, key.initial, key.why});
}

/// "[task.backup]" for the section "task.NAME" and the name "backup".
std::string in_brackets(std::string_view section, std::string_view name)
{
    constexpr std::string_view placeholder = "NAME";
    std::string text(section);
    if (const auto at = text.find(placeholder); at != std::string::npos && !name.empty())
        text.replace(at, placeholder.size(), quotable(name));
    return "[" + text + "]";
}

void complain_unknown(Reader& reader, std::string_view section, std::string_view name, std::string_view key,
                      Position at)
{
    std::vector<std::string> known;
    std::string elsewhere;
    for (const auto& listed : list_keys()) {
        for (const auto& entry : listed.keys) {
            if (listed.name == section)
                known.emplace_back(entry.name);
            else if (entry.name == key)
                elsewhere += (elsewhere.empty() ? "" : ", ") + in_brackets(listed.name, {});
        }
    }
    const auto where = in_brackets(section, name);
    const auto word = "'" + quotable(key) + "'";
    if (!elsewhere.empty())
        return reader.complain(at, word + " does not belong in " + where + " but in " + elsewhere);
    reader.complain(at, "unknown key " + word + " in " + where + did_you_mean(key, known));
}

} // namespace

std::vector<SectionText> list_keys()
{
    std::vector<SectionText> list;
    for (const auto& section : fixed_sections()) {
        list.push_back({section.name, {}});
        append(list.back().keys, section.keys);
    }
    list.push_back({"defaults", {}});
    append(list.back().keys, policy_keys());
    append(list.back().keys, defaults_keys());
    list.push_back({"defaults.limits", {}});
    append(list.back().keys, limit_keys());
    list.push_back({"queue.NAME", {}});
    append(list.back().keys, queue_keys());
    append(list.back().keys, policy_keys(), "queue");
    list.push_back({"task.NAME", {}});
    append(list.back().keys, task_keys());
    append(list.back().keys, policy_keys());
    list.push_back({"schedule.NAME", {}});
    append(list.back().keys, schedule_keys());
    append(list.back().keys, policy_keys(), "jitter");
    return list;
}

void read_entries(Reader& reader, TomlValue table, std::string_view section, std::string_view name,
                  const ReadEntry& read)
{
    table.each([&](std::string_view key, Position at, TomlValue value) {
        if (!read(key, at, value))
            complain_unknown(reader, section, name, key, at);
    });
}

} // namespace escher
