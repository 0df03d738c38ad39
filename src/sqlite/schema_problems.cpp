#include "core/ascii.hpp"
#include "sqlite/definition.hpp"
#include "sqlite/schema.hpp"

#include <algorithm>
#include <cctype>

namespace escher::sqlite {

namespace {

/// A table, an index or a trigger of ours.
struct Expected {
    std::string_view sql;
    std::string name;
    bool seen = false;
};

/// A row of the schema's own table. Whoever can write the file can make its columns say anything.
struct Entry {
    std::string type;
    std::string name;
    std::string table;
};

/// The statements of the migrations, each of which begins a line. Views into `text`.
std::vector<Expected> expected_in(std::string_view text, std::vector<Expected> expected)
{
    constexpr std::string_view introduction = "\nCREATE ";
    constexpr std::string_view trigger_end = "\nEND";
    for (auto at = text.find(introduction); at != std::string_view::npos; at = text.find(introduction, at + 1)) {
        const auto begin = at + 1;
        const bool trigger = text.substr(begin).starts_with("CREATE TRIGGER ");
        const auto end = trigger ? text.find("\nEND;\n", begin) + trigger_end.size() : text.find(";\n", begin);
        const auto sql = text.substr(begin, end - begin);
        const auto name = sql.substr(sql.find(trigger                            ? "TRIGGER "
                                              : sql.starts_with("CREATE TABLE ") ? "TABLE "
                                                                                 : "INDEX "));
        const auto name_begin = name.find(' ') + 1;
        expected.push_back(
            {sql, std::string(name.substr(name_begin, name.find_first_of(" \n", name_begin) - name_begin))});
    }
    return expected;
}

class Comparison {
public:
    explicit Comparison(Database& database)
        : file_(database.name()), shares_file_(!database.options().table_prefix.empty())
    {
        for (const auto& migration : migrations())
            texts_.push_back(database.expand(migration));
        for (const auto& text : texts_)
            expected_ = expected_in(text, std::move(expected_));
    }

    void look_at(const Entry& entry, std::string_view sql)
    {
        const auto ours = find(entry.name);
        if (ours != expected_.end() && !ours->seen &&
            (ours->sql == sql || normalized(ours->sql) == normalized(sql))) {
            // The text decides what SQLite makes of it, not the other columns.
            ours->seen = true;
            return;
        }
        if (ours != expected_.end())
            return; // said as what is missing
        const auto definition = definition_of(normalized(sql));
        if (!definition || definition->type != entry.type || !same_name(definition->name, entry.name) ||
            !same_name(definition->table, entry.table))
            problems_.push_back("the entry '" + on_one_line(entry.name) +
                                "' of its schema was not written by SQLite: restore a backup");
        else if (acts_on_ours(*definition))
            problems_.push_back(
                "the " + entry.type + " '" + on_one_line(entry.name) + "' on '" + on_one_line(entry.table) +
                "' is not ours: keep it in a database of its own, and drop it here" + dropping_line(*definition));
    }

    std::vector<std::string> problems()
    {
        for (const auto& one : expected_)
            if (!one.seen)
                problems_.push_back(missing(one));
        return std::move(problems_);
    }

private:
    std::vector<Expected>::iterator find(std::string_view name)
    {
        return std::find_if(expected_.begin(), expected_.end(),
                            [&](const Expected& one) { return same_name(one.name, name); });
    }

    bool is_our_table(std::string_view name)
    {
        const auto found = find(name);
        return found != expected_.end() && found->sql.starts_with("CREATE TABLE ");
    }

    /// In the application's own file, triggers and views of its own are its business.
    bool acts_on_ours(const Definition& definition)
    {
        if (definition.type == "table")
            return false;
        return is_our_table(definition.table) || (definition.type != "index" && !shares_file_);
    }

    /// Only for a name that is harmless in the line of a shell: whoever has made the object has chosen it.
    [[nodiscard]] std::string dropping_line(const Definition& definition) const
    {
        const auto harmless = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; };
        if (!std::all_of(definition.name.begin(), definition.name.end(), harmless))
            return " with sqlite3(1)";
        return ": sqlite3 '" + file_ + "' 'DROP " + definition.type + " \"" + definition.name + "\"'";
    }

    [[nodiscard]] std::string missing(const Expected& one) const
    {
        if (one.sql.starts_with("CREATE TABLE "))
            return "the table '" + one.name + "' is missing, or was changed or replaced: restore a backup";
        const std::string kind = one.sql.starts_with("CREATE TRIGGER ") ? "trigger" : "index";
        return "the " + kind + " '" + one.name +
               "' is missing, or was changed: restore a backup, or make it anew: sqlite3 '" + file_ + "' \"DROP " +
               kind + " IF EXISTS " + one.name + "; " + normalized(one.sql) + "\"";
    }

    std::string file_;
    bool shares_file_;
    std::vector<std::string> texts_;
    std::vector<Expected> expected_;
    std::vector<std::string> problems_;
};

} // namespace

std::vector<std::string> schema_problems(Database& database)
{
    Comparison comparison(database);
    Query query = database.query("SELECT type, name, tbl_name, sql FROM sqlite_master");
    while (query.step()) {
        // SQLite's own indices, of keys that a table's text declares, have none.
        if (query.is_null(3) && query.bytes(1).starts_with("sqlite_autoindex_"))
            continue;
        comparison.look_at({query.text(0), query.text(1), query.text(2)}, query.bytes(3));
    }
    return comparison.problems();
}

} // namespace escher::sqlite
