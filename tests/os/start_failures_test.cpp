#include "bench.hpp"
#include "processes.hpp"

#include <sys/resource.h>

#include <cerrno>

using namespace escher;

namespace {

NotStarted not_started(Bench& bench, const LaunchSpec& spec)
{
    const auto result = bench.jobs().start(spec, Claim{});
    REQUIRE(std::holds_alternative<NotStarted>(result));
    CHECK_FALSE(bench.jobs().owns(spec.run));
    CHECK(bench.jobs().running() == 0);
    CHECK_FALSE(std::filesystem::exists(bench.output_directory() / spec.output_file));
    return std::get<NotStarted>(result);
}

std::string cannot_start(Executor& jobs, const LaunchSpec& spec)
{
    const auto result = jobs.start(spec, Claim{});
    REQUIRE(std::holds_alternative<CannotStart>(result));
    CHECK_FALSE(jobs.owns(spec.run));
    return std::get<CannotStart>(result).why;
}

bool contains(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("a program that cannot be executed is told of with its errno")
{
    Bench bench;
    const auto file = [&](const std::string& name, const std::string& contents, std::filesystem::perms mode) {
        const auto path = bench.directory() / name;
        write_file(path, contents);
        std::filesystem::permissions(path, mode);
        return path.string();
    };
    using std::filesystem::perms;
    const auto executable = perms::owner_all | perms::group_exec | perms::others_exec;
    struct Case {
        std::vector<std::string> argv;
        int error;
        std::string says;
    };
    const std::vector<Case> cases = {
        {{"/nonexistent/program"}, ENOENT, "cannot execute '/nonexistent/program': No such file or directory"},
        {{"no-such-program-anywhere"}, ENOENT, "searched in PATH /"},
        {{file("plain", "#!/bin/sh\n", perms::owner_read)}, EACCES, "Permission denied"},
        {{bench.directory().path().string()}, EACCES, "Permission denied"},
        {{file("words", "hello\n", executable)}, ENOEXEC, "#!/bin/sh"},
        {{file("script", "#!/nonexistent/interpreter\n", executable)}, ENOENT, "interpreter"},
        {{"/bin/true", std::string(200'000, 'x')}, E2BIG, "Argument list too long"},
        {{"/bin/true", std::string("a\0b", 3)}, EINVAL, "NUL"},
        {{""}, EINVAL, "no program"},
    };
    for (const auto& [argv, error, says] : cases) {
        const auto& the_says = says; // clang 14 cannot capture says itself
        CAPTURE(the_says);
        const auto failure = not_started(bench, bench.job(argv));
        CHECK(failure.error == error);
        CHECK_MESSAGE(contains(failure.message, says), failure.message);
    }
    CHECK(bench.run(bench.shell("exit 0")).outcome == Outcome{Exited{0}});
}

TEST_CASE("programs are searched for in the job's own PATH, in its order")
{
    Bench bench;
    for (const std::string name : {"one", "two"}) {
        std::filesystem::create_directory(bench.directory() / name);
        write_file(bench.directory() / name / "speak", "#!/bin/sh\necho " + name + "\n");
    }
    const auto path = (bench.directory() / "one").string() + ":" + (bench.directory() / "two").string();
    std::filesystem::permissions(bench.directory() / "two" / "speak", std::filesystem::perms::owner_all);
    auto spec = bench.job({"speak"});
    spec.environment["PATH"] = path;
    CHECK(bench.output_of(spec) == "two\n"); // the first is not executable
    std::filesystem::permissions(bench.directory() / "one" / "speak", std::filesystem::perms::owner_all);
    spec = bench.job({"speak"});
    spec.environment["PATH"] = path;
    CHECK(bench.output_of(spec) == "one\n");
}

TEST_CASE("what a job's policy asks for and cannot have is told of")
{
    Bench bench;
    auto spec = bench.shell("exit 0");
    spec.directory = "/nonexistent/directory";
    auto failure = not_started(bench, spec);
    CHECK(failure.error == ENOENT);
    CHECK(contains(failure.message, "'/nonexistent/directory'"));

    spec = bench.shell("exit 0");
    spec.user = "no-such-user-anywhere";
    failure = not_started(bench, spec);
    CHECK(contains(failure.message, "no user 'no-such-user-anywhere'"));

    spec = bench.shell("exit 0");
    spec.environment["A=B"] = "c";
    CHECK(contains(not_started(bench, spec).message, "environment"));
}

TEST_CASE("without an output directory nothing is started, and the directory is named")
{
    const TemporaryDirectory directory;
    const auto jobs = os::make_supervisor(
        {.output_directory = directory / "missing" / "output", .instance = "i", .mark_lives = {}});
    LaunchSpec spec;
    spec.argv = {"/bin/true"};
    spec.output_file = "1.1.log";
    CHECK(contains(cannot_start(*jobs, spec), (directory / "missing" / "output").string()));
    std::filesystem::create_directory(directory / "missing");
    CHECK(std::holds_alternative<Started>(jobs->start(spec, Claim{}))); // it is made where its parent exists
    CHECK(jobs->wait(std::chrono::minutes(1)).size() == 1);
    jobs->release(spec.run);

    std::filesystem::remove_all(directory / "missing"); // behind our back
    CHECK(contains(cannot_start(*jobs, spec), "output"));
    for (const std::string name : {"", ".", "..", "a/b", "../x"}) {
        spec.output_file = name;
        cannot_start(*jobs, spec);
    }
}

TEST_CASE("an output directory that is a link, or that others write, holds no output")
{
    Bench bench;
    bench.run(bench.shell("exit 0"));
    const auto output = bench.output_directory();
    std::filesystem::permissions(output, std::filesystem::perms(0777));
    {
        const auto jobs = os::make_supervisor({.output_directory = output, .instance = "i", .mark_lives = {}});
        LaunchSpec spec = bench.shell("exit 0");
        CHECK(std::holds_alternative<Started>(jobs->start(spec, Claim{}))); // ours: it is taken from the others
        CHECK(jobs->wait(std::chrono::minutes(1)).size() == 1);
        jobs->release(spec.run);
        CHECK((std::filesystem::status(output).permissions() & std::filesystem::perms(0022)) ==
              std::filesystem::perms::none);
    }
    const auto elsewhere = bench.directory() / "elsewhere";
    std::filesystem::rename(output, elsewhere);
    std::filesystem::create_directory_symlink(elsewhere, output);
    for (const std::string slash : {"", "/"}) {
        CAPTURE(slash);
        const auto jobs =
            os::make_supervisor({.output_directory = output.string() + slash, .instance = "i", .mark_lives = {}});
        CHECK(contains(cannot_start(*jobs, bench.shell("exit 0")), "symbolic link"));
        const std::vector<std::string> names = {"1.1.log"};
        jobs->discard_output(names);
        CHECK(std::filesystem::exists(elsewhere / "1.1.log"));
    }
}

TEST_CASE("an output file of another life is replaced, one in use is not touched")
{
    Bench bench;
    auto spec = bench.shell("echo new");
    bench.run(bench.shell("exit 0"));
    write_file(bench.output_directory() / spec.output_file, "old\n");
    CHECK(bench.output_of(spec) == "new\n");

    const auto used = bench.shell("exec sleep 1000");
    bench.start(used);
    auto second = bench.shell("echo second");
    second.output_file = used.output_file;
    CHECK(contains(cannot_start(bench.jobs(), second), used.output_file));
    bench.jobs().stop(used.run, std::chrono::seconds(30), false);
    bench.await(used.run);
}

TEST_CASE("with no descriptor left nothing is started and running jobs are seen home")
{
    Bench bench;
    const auto exit_status = await_exit(fork_and_run([&] {
        Bench inner;
        const auto running = inner.shell("exit 5");
        if (!std::holds_alternative<Started>(inner.jobs().start(running, Claim{})))
            return 1;
        const int next = ::dup(0);
        const rlimit limit = {.rlim_cur = static_cast<rlim_t>(next), .rlim_max = static_cast<rlim_t>(next)};
        ::close(next);
        if (::setrlimit(RLIMIT_NOFILE, &limit) != 0)
            return 2;
        const auto refused = inner.jobs().start(inner.shell("exit 0"), Claim{});
        const auto* why = std::get_if<CannotStart>(&refused);
        if (why == nullptr || !contains(why->why, "Too many open files"))
            return 3;
        for (;;)
            for (const auto& ended : inner.jobs().wait(std::chrono::minutes(1)))
                return ended.outcome == Outcome{Exited{5}} ? 0 : 4;
    }));
    CHECK(exit_status == 0);
}

TEST_CASE("with no process left nothing is started and the job is not blamed")
{
    // The limit of processes does not bind root.
    const auto exit_status = await_exit(fork_and_run([] {
        if (::geteuid() == 0 && (::setgid(65534) != 0 || ::setuid(65534) != 0))
            return 1;
        Bench bench;
        const rlimit limit = {.rlim_cur = 0, .rlim_max = 0};
        if (::setrlimit(RLIMIT_NPROC, &limit) != 0)
            return 2;
        const auto refused = bench.jobs().start(bench.shell("exit 0"), Claim{});
        const auto* why = std::get_if<CannotStart>(&refused);
        if (why == nullptr || !contains(why->why, "cannot create a process"))
            return 3;
        return std::filesystem::is_empty(bench.output_directory()) ? 0 : 4;
    }));
    CHECK(exit_status == 0);
}

TEST_CASE("only root runs jobs as another user")
{
    Bench bench;
    if (::geteuid() == 0) {
        auto spec = bench.job({"/bin/sh", "-c", "id -u; id -G; umask; echo $HOME $USER $LOGNAME"});
        spec.user = "nobody";
        spec.directory = "";
        CHECK(bench.output_of(spec) == "65534\n65534\n0022\n/nonexistent nobody nobody\n");
    }
    const auto exit_status = await_exit(fork_and_run([] {
        if (::geteuid() == 0 && (::setgid(65534) != 0 || ::setuid(65534) != 0))
            return 1;
        Bench inner;
        auto spec = inner.shell("exit 0");
        spec.user = "root";
        const auto refused = inner.jobs().start(spec, Claim{});
        const auto* why = std::get_if<NotStarted>(&refused);
        return why != nullptr && why->error == EPERM && contains(why->message, "only root") ? 0 : 2;
    }));
    CHECK(exit_status == 0);
}
