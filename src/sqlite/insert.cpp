#include "sqlite/insert.hpp"

#include "core/text.hpp"
#include "sqlite/flat_json.hpp"
#include "sqlite/job_row.hpp"

#include <escher/error.hpp>

#include <sqlite3.h>

#include <algorithm>

namespace escher::sqlite {

namespace {

[[noreturn]] void refuse(const std::string& what, const std::string& why)
{
    throw Error(ErrorKind::bad_data, what + " cannot be created: " + why);
}

void check_text(const std::string& what, const char* name, const std::string& text, std::size_t most)
{
    if (const auto problem = text_problem(text, most); !problem.empty())
        refuse(what, std::string("its ") + name + " " + problem);
}

/// As the schema's default makes them.
bool is_token(const std::string& text)
{
    return text.size() == 32 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

void check(const NewJob& job, const std::string& what)
{
    if (!job.token.empty() && !is_token(job.token))
        refuse(what, "its token is not 32 hexadecimal digits in lower case");
    check_text(what, "name", job.name, JobLimits::text);
    check_text(what, "queue", job.queue, JobLimits::word);
    check_text(what, "creator", job.created_by, JobLimits::text);
    check_text(what, "unique key", job.unique_key, JobLimits::text);
    check_text(what, "concurrency key", job.concurrency_key, JobLimits::text);
    check_text(what, "schedule", job.schedule, JobLimits::word);
    if (job.queue.empty())
        refuse(what, "its queue has no name");
    if (std::abs(std::int64_t{job.priority}) > JobLimits::priority)
        refuse(what, "its priority is beyond " + std::to_string(JobLimits::priority));
    if (job.retries && (*job.retries < 0 || *job.retries > JobLimits::retries))
        refuse(what, "its number of retries is out of range");
    if (job.timeout && (*job.timeout < Duration(0) || *job.timeout > JobLimits::timeout))
        refuse(what, "its timeout is out of range");
    if (job.input && job.input->size() > JobLimits::input)
        refuse(what,
               "its stdin is longer than " + std::to_string(JobLimits::input) + " bytes: pass the name of a file");
    const auto run_at = job.run_at.value_or(Time{}).time_since_epoch().count();
    if (run_at < 0 || run_at > JobLimits::latest_time)
        refuse(what, "its time lies before 1970 or after 9999");

    const auto check_word = [&](const std::string& word, const char* name) {
        check_text(what, name, word, JobLimits::work);
    };
    if (const auto* command = std::get_if<Command>(&job.work)) {
        if (command->argv.empty() || command->argv[0].empty())
            refuse(what, "its command names no program");
        for (const auto& argument : command->argv)
            check_word(argument, "command");
    } else if (const auto* call = std::get_if<TaskCall>(&job.work)) {
        check_text(what, "task", call->task, JobLimits::word);
        if (call->task.empty())
            refuse(what, "its task has no name");
        for (const auto& [key, value] : call->params) {
            check_word(key, "parameter");
            check_word(value, "parameter");
        }
    } else {
        refuse(what, "it names neither a command nor a task");
    }
}

std::optional<std::string> unless_empty(const std::string& text)
{
    return text.empty() ? std::nullopt : std::optional(text);
}

std::optional<Created> bearer_of(Database& database, const std::string& token)
{
    Query query = database.query("SELECT id FROM {job} WHERE token = ?");
    if (!query.bind(token).step())
        return std::nullopt;
    return Created{JobId(query.integer(0)), token, true};
}

void insert_dependencies(Database& database, const NewJob& job, JobId id, const std::string& what)
{
    std::map<JobId, bool> needs; // the stricter of two that name the same job
    for (const auto& dependency : job.after) {
        const auto [at, inserted] = needs.emplace(dependency.needs, dependency.any_end);
        if (!inserted)
            at->second = at->second && dependency.any_end;
    }
    for (const auto& [needed, any_end] : needs) {
        Query known = database.query("SELECT 1 FROM {job} WHERE id = ? AND id < ?");
        if (!known.bind(needed, id).step())
            refuse(what, "it depends on job " + std::to_string(static_cast<std::int64_t>(needed)) +
                             ", which does not exist");
        database.query("INSERT INTO {dependency} (job, needs, any_end) VALUES (?, ?, ?)")
            .bind(id, needed, any_end)
            .run();
    }
}

} // namespace

std::optional<Created> holder_of(Database& database, const std::string& unique_key)
{
    Query query = database.query(
        "SELECT id, token FROM {job} INDEXED BY {job}_unique WHERE unique_key = ? AND finished_at IS NULL");
    if (!query.bind(unique_key).step())
        return std::nullopt;
    return Created{JobId(query.integer(0)), query.text(1), true};
}

Created insert_job(Database& database, const NewJob& job, const std::string& what, Time now)
{
    check(job, what);
    if (!job.token.empty())
        if (auto bearer = bearer_of(database, job.token))
            return *bearer;
    if (!job.unique_key.empty())
        if (auto holder = holder_of(database, job.unique_key))
            return *holder;

    std::optional<std::string> command;
    std::optional<std::string> task;
    std::optional<std::string> params;
    if (const auto* own = std::get_if<Command>(&job.work)) {
        command = to_json(own->argv);
    } else {
        const auto& call = std::get<TaskCall>(job.work);
        task = call.task;
        params = to_json(call.params);
    }
    if (std::max(command.value_or("").size(), params.value_or("").size()) > JobLimits::work)
        refuse(what, "its command is longer than " + std::to_string(JobLimits::work) + " bytes");

    const auto run_at = job.run_at.value_or(now);
    {
        Query query = database.query(R"SQL(
            INSERT INTO {job} (token, state, queue, priority, run_at, retries, timeout, created_at, nominal_at,
                schedule, unique_key, concurrency_key, created_by, name, task, params, command, stdin)
            VALUES (coalesce(?, lower(hex(randomblob(16)))), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        )SQL");
        query.bind(unless_empty(job.token), text_of(run_at > now ? JobState::scheduled : JobState::available),
                   job.queue, job.priority, run_at, job.retries, job.timeout, now, job.nominal_at,
                   unless_empty(job.schedule), unless_empty(job.unique_key), unless_empty(job.concurrency_key),
                   unless_empty(job.created_by), unless_empty(job.name), task, params, command);
        if (job.input)
            query.bind_blob(*job.input);
        query.run();
    }
    Created created;
    created.id = JobId(sqlite3_last_insert_rowid(database.handle()));
    if (!job.after.empty())
        insert_dependencies(database, job, created.id, what);
    Query token = database.query("SELECT token FROM {job} WHERE id = ?");
    token.bind(created.id).step();
    created.token = token.text(0);
    return created;
}

} // namespace escher::sqlite
