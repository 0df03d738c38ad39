#include "sqlite/job_row.hpp"

#include "core/text.hpp"
#include "core/utf8.hpp"
#include "sqlite/flat_json.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <cmath>

namespace escher::sqlite {

namespace {

struct JobColumn {
    enum : int {
        id,
        token,
        state,
        queue,
        priority,
        run_at,
        blocked,
        run,
        attempts,
        retries,
        timeout,
        created_at,
        started_at,
        finished_at,
        cancel_requested_at,
        nominal_at,
        schedule,
        unique_key,
        concurrency_key,
        created_by,
        progress,
        progress_at,
        progress_text,
        name,
        reason,
        task,
        params,
        command,
    };
};

constexpr std::size_t longest_reason = 4096;

/// Reads the columns that clients write and keeps the first thing that is wrong.
class Reader {
public:
    explicit Reader(const Query& row) : row_(row) {}

    std::string text(int column, const char* name, std::size_t most)
    {
        const auto type = row_.type(column);
        if (type == ValueType::null)
            return {};
        if (type != ValueType::text) {
            complain(name, "is not a text");
            return {};
        }
        const auto bytes = row_.bytes(column);
        if (const auto problem = text_problem(bytes, most); !problem.empty())
            complain(name, problem);
        return std::string(bytes.substr(0, most));
    }

    std::optional<std::int64_t> integer(int column, const char* name, std::int64_t least, std::int64_t most)
    {
        const auto type = row_.type(column);
        if (type == ValueType::null)
            return std::nullopt;
        const auto value = row_.integer(column);
        if (type != ValueType::integer)
            complain(name, "is not an integer");
        else if (value < least || value > most)
            complain(name, "is out of range: " + std::to_string(value));
        else
            return value;
        return std::nullopt;
    }

    std::optional<Time> time(int column, const char* name)
    {
        if (const auto value = integer(column, name, 0, JobLimits::latest_time))
            return Time(Duration(*value));
        return std::nullopt;
    }

    void complain(const char* name, const std::string& what)
    {
        if (problem_.empty())
            problem_ = std::string(name) + " " + what;
    }

    [[nodiscard]] const std::string& problem() const { return problem_; }

private:
    const Query& row_;
    std::string problem_;
};

/// The bytes of a text column that holds JSON, or a complaint.
std::optional<std::string_view> json_text(const Query& row, int column, const char* name, Reader& reader)
{
    if (row.type(column) != ValueType::text) {
        reader.complain(name, "is not a text");
        return std::nullopt;
    }
    const auto bytes = row.bytes(column);
    if (bytes.size() > JobLimits::work) {
        reader.complain(name, "is longer than " + std::to_string(JobLimits::work) + " bytes");
        return std::nullopt;
    }
    return bytes;
}

Work decode_work(const Query& row, Reader& reader)
{
    try {
        if (!row.is_null(JobColumn::command)) {
            Command command;
            if (const auto json = json_text(row, JobColumn::command, "command", reader))
                command.argv = parse_strings(*json);
            if (command.argv.empty() || command.argv[0].empty())
                reader.complain("command", "names no program");
            return command;
        }
        TaskCall call;
        call.task = reader.text(JobColumn::task, "task", JobLimits::word);
        if (call.task.empty())
            reader.complain("task", "is empty");
        if (!row.is_null(JobColumn::params))
            if (const auto json = json_text(row, JobColumn::params, "params", reader))
                call.params = parse_string_map(*json);
        return call;
    } catch (const BadJson& error) {
        const bool command = !row.is_null(JobColumn::command);
        reader.complain(command ? "command" : "params", std::string("is not a JSON ") +
                                                            (command ? "array" : "object") +
                                                            " of strings: " + error.what());
        return Unrunnable{};
    }
}

std::string derived_name(const Work& work)
{
    if (const auto* command = std::get_if<Command>(&work); command != nullptr && !command->argv.empty()) {
        const auto& program = command->argv[0];
        const auto slash = program.find_last_of('/');
        auto name = slash == std::string::npos ? program : program.substr(slash + 1);
        if (!name.empty())
            return name;
    }
    if (const auto* call = std::get_if<TaskCall>(&work); call != nullptr && !call->task.empty())
        return call->task;
    return "(invalid)";
}

std::optional<Progress> decode_progress(const Query& row)
{
    const auto type = row.type(JobColumn::progress);
    if (type != ValueType::real && type != ValueType::integer)
        return std::nullopt;
    const double percent = row.real(JobColumn::progress);
    if (!std::isfinite(percent))
        return std::nullopt;
    Progress progress;
    progress.percent = std::clamp(percent, 0.0, 100.0);
    if (row.type(JobColumn::progress_text) == ValueType::text)
        progress.text = std::string(row.bytes(JobColumn::progress_text).substr(0, JobLimits::text));
    progress.at = bounded_time(row, JobColumn::progress_at).value_or(Time{});
    return progress;
}

} // namespace

std::string text_problem(std::string_view text, std::size_t most)
{
    if (text.size() > most)
        return "is longer than " + std::to_string(most) + " bytes";
    if (text.find('\0') != std::string_view::npos)
        return "holds a NUL character";
    if (!is_utf8(text))
        return "is not valid UTF-8";
    return {};
}

Job decode_job(const Query& row)
{
    Reader reader(row);
    Job job;
    job.id = JobId(row.integer(JobColumn::id));
    job.token = row.text(JobColumn::token);
    job.state = from_text<JobState>(row.bytes(JobColumn::state)).value_or(JobState::invalid);

    auto queue = reader.text(JobColumn::queue, "queue", JobLimits::word);
    if (!row.is_null(JobColumn::queue) && queue.empty())
        reader.complain("queue", "is empty");
    if (row.type(JobColumn::queue) == ValueType::text)
        job.queue = std::move(queue);
    if (const auto priority =
            reader.integer(JobColumn::priority, "priority", -JobLimits::priority, JobLimits::priority))
        job.priority = static_cast<int>(*priority);
    job.run_at = reader.time(JobColumn::run_at, "run_at").value_or(Time{});
    if (const auto run = row.maybe_integer(JobColumn::run))
        job.run = RunId(*run);
    // One more attempt must still be a number that the row may hold.
    job.attempts =
        static_cast<int>(reader.integer(JobColumn::attempts, "attempts", 0, JobLimits::attempts).value_or(0));
    if (const auto retries = reader.integer(JobColumn::retries, "retries", 0, JobLimits::retries))
        job.retries = static_cast<int>(*retries);
    if (const auto timeout = reader.integer(JobColumn::timeout, "timeout", 0, Duration(JobLimits::timeout).count()))
        job.timeout = Duration(*timeout);
    job.created_at = reader.time(JobColumn::created_at, "created_at").value_or(Time{});
    job.started_at = bounded_time(row, JobColumn::started_at);
    job.finished_at = bounded_time(row, JobColumn::finished_at);
    if (!row.is_null(JobColumn::cancel_requested_at))
        job.cancel_requested_at = bounded_time(row.integer(JobColumn::cancel_requested_at));
    job.nominal_at = reader.time(JobColumn::nominal_at, "nominal_at");
    job.schedule = reader.text(JobColumn::schedule, "schedule", JobLimits::word);
    job.unique_key = reader.text(JobColumn::unique_key, "unique_key", JobLimits::text);
    job.concurrency_key = reader.text(JobColumn::concurrency_key, "concurrency_key", JobLimits::text);
    job.created_by = reader.text(JobColumn::created_by, "created_by", JobLimits::text);
    job.progress = decode_progress(row);
    job.name = reader.text(JobColumn::name, "name", JobLimits::text);
    if (row.type(JobColumn::reason) == ValueType::text)
        job.reason = std::string(cut_utf8(row.bytes(JobColumn::reason), longest_reason));

    job.work = decode_work(row, reader);
    if (job.name.empty())
        job.name = derived_name(job.work);
    if (!reader.problem().empty())
        job.work = Unrunnable{reader.problem()};
    return job;
}

std::string key_of(const Query& row)
{
    return row.type(JobColumn::concurrency_key) == ValueType::text
               ? std::string(row.bytes(JobColumn::concurrency_key))
               : std::string();
}

bool is_blocked(const Query& row)
{
    return row.integer(JobColumn::blocked) != 0;
}

void read_dependencies(Database& database, Job& job)
{
    if (is_finished(job.state))
        return;
    Query query = database.query(R"SQL(
        SELECT d.needs, d.any_end FROM {dependency} AS d JOIN {job} AS n ON n.id = d.needs
        WHERE d.job = ? AND n.finished_at IS NULL ORDER BY d.needs
    )SQL");
    query.bind(job.id);
    while (query.step())
        job.waits_for.push_back({JobId(query.integer(0)), query.integer(1) != 0});
}

std::size_t input_size(Database& database, JobId job)
{
    {
        // Tells type and size of a blob without reading it.
        Query query = database.query(
            "SELECT typeof(stdin), iif(typeof(stdin) = 'blob', length(stdin), 0) FROM {job} WHERE id = ?");
        if (!query.bind(job).step() || query.bytes(0) != "text")
            return static_cast<std::size_t>(query.integer(1));
    }
    // length() of a text would read and count all its characters.
    sqlite3_blob* blob = nullptr;
    const auto table = database.expand("{job}");
    const int code = sqlite3_blob_open(database.handle(), "main", table.c_str(), "stdin",
                                       static_cast<sqlite3_int64>(job), 0, &blob);
    if (code != SQLITE_OK)
        database.fail(code);
    const auto size = static_cast<std::size_t>(sqlite3_blob_bytes(blob));
    sqlite3_blob_close(blob);
    return size;
}

Time bounded_time(std::int64_t milliseconds)
{
    return Time(Duration(std::clamp<std::int64_t>(milliseconds, 0, JobLimits::latest_time)));
}

std::optional<Time> bounded_time(const Query& row, int column)
{
    if (const auto value = row.maybe_integer(column))
        return bounded_time(*value);
    return std::nullopt;
}

} // namespace escher::sqlite
