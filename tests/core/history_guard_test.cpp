#include "core/history_guard.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace escher;

namespace {

using Kind = HistoryVerdict::Kind;

constexpr FileMark database_file{.device = 1, .inode = 10, .born = 1000};
constexpr FileMark lock_file{.device = 1, .inode = 11, .born = 1001};
constexpr FileMark another_file{.device = 1, .inode = 77, .born = 2000};

/// A database that has run 500 jobs here, and that everybody agrees upon.
HistoryFacts settled()
{
    const MachineMark machine{.boot = "boot", .hardware = "board:1,card:1,card:2"};
    HistoryFacts facts;
    facts.here = {.path = "/data/jobs.db", .file = database_file, .machine = {.boot = "boot", .hardware = {}}};
    facts.lock = lock_file;
    facts.lock_path = "/data/run.lock";
    facts.hardware = [machine] { return machine.hardware; };
    facts.store = {.instance = "instance",
                   .generation = "one",
                   .home = to_text(Home{"/data/jobs.db", database_file, machine}),
                   .lock = "/data/run.lock",
                   .last_run = RunId(500),
                   .last_job = JobId(900)};
    facts.seen = Seen{.instance = "instance",
                      .generation = "one",
                      .run = RunId(500),
                      .job = JobId(900),
                      .lock = lock_file,
                      .machine = machine,
                      .at = {}};
    return facts;
}

void reboot(HistoryFacts& facts)
{
    facts.here.machine.boot = "another boot";
}

void on_another_machine(HistoryFacts& facts)
{
    reboot(facts);
    facts.hardware = [] { return "board:2,card:3"; };
}

void in_a_container(HistoryFacts& facts)
{
    facts.hardware = [] { return std::string(); };
}

void copy_all(HistoryFacts& facts)
{
    facts.here.file = another_file;
    facts.lock = {.device = 1, .inode = 78, .born = 2001};
}

void move_path(HistoryFacts& facts)
{
    facts.here.path = "/else/jobs.db";
    facts.lock_path = "/else/run.lock";
}

void lose_lock_file(HistoryFacts& facts)
{
    facts.seen.reset();
    facts.lock = {.device = 1, .inode = 79, .born = 3000};
}

} // namespace

TEST_CASE("what a host and a database know of each other decides whether ticks may work")
{
    struct Case {
        const char* name;
        void (*change)(HistoryFacts&);
        Kind expected;
    };
    const std::vector<Case> cases{
        {"nothing has changed", [](HistoryFacts&) {}, Kind::known},
        {"a claim was committed whose line was lost with the power",
         [](HistoryFacts& f) { f.store.last_run = RunId(501); }, Kind::known},
        {"jobs were created and lost with a backup, but nothing ran",
         [](HistoryFacts& f) { f.store.last_job = JobId(20); }, Kind::known},

        // The same place, an older state.
        {"an older file was copied over it", [](HistoryFacts& f) { f.store.last_run = RunId(450); },
         Kind::rolled_back},
        {"an older file was moved into its place",
         [](HistoryFacts& f) {
             f.store.last_run = RunId(450);
             f.here.file = another_file;
         },
         Kind::rolled_back},
        {"the backup is older than the last acceptance",
         [](HistoryFacts& f) {
             f.store.last_run = RunId(450);
             f.store.generation = "before";
         },
         Kind::rolled_back},
        {"the backup holds no job at all",
         [](HistoryFacts& f) {
             f.store.last_run = RunId(0);
             f.store.last_job = JobId(0);
         },
         Kind::rolled_back},
        {"a backup after which nothing ran was moved into its place, or the file was compacted",
         [](HistoryFacts& f) { f.here.file = another_file; }, Kind::adopt},

        // Another place.
        {"the directory was copied elsewhere",
         [](HistoryFacts& f) {
             copy_all(f);
             move_path(f);
         },
         Kind::copied},
        {"the directory was restored to its own path", copy_all, Kind::copied},
        {"another container sees a copy of the directory at the same path",
         [](HistoryFacts& f) {
             copy_all(f);
             in_a_container(f);
         },
         Kind::copied},
        {"the database alone was copied beside itself",
         [](HistoryFacts& f) {
             f.here.path = "/data/copy.db";
             f.here.file = another_file;
         },
         Kind::copied},
        {"the database alone was copied to another directory",
         [](HistoryFacts& f) {
             lose_lock_file(f);
             move_path(f);
             f.here.file = another_file;
         },
         Kind::copied},
        {"the database alone was restored on another machine, at the same path",
         [](HistoryFacts& f) {
             lose_lock_file(f);
             on_another_machine(f);
             f.here.file = another_file;
         },
         Kind::copied},
        {"a snapshot of the file system is mounted elsewhere",
         [](HistoryFacts& f) {
             move_path(f);
             f.here.file.device = 2;
             f.lock.device = 2;
         },
         Kind::copied},
        {"the disk of a virtual machine was cloned", on_another_machine, Kind::copied},
        {"it was cloned, and the lock lay on a file system that is made at each boot",
         [](HistoryFacts& f) {
             on_another_machine(f);
             lose_lock_file(f);
         },
         Kind::copied},
        {"an image in which no job was ever created is cloned",
         [](HistoryFacts& f) {
             on_another_machine(f);
             copy_all(f);
             f.seen.reset();
             f.store.last_run = RunId(0);
             f.store.last_job = JobId(0);
         },
         Kind::adopt},
        {"such an image is copied to another path",
         [](HistoryFacts& f) {
             copy_all(f);
             move_path(f);
             f.seen.reset();
             f.bound_lock_exists = true;
             f.store.last_run = RunId(0);
             f.store.last_job = JobId(0);
         },
         Kind::adopt},

        // What happens every day.
        {"the machine was booted", reboot, Kind::adopt},
        {"the machine was booted, and disks are numbered anew",
         [](HistoryFacts& f) {
             reboot(f);
             f.here.file.device = 2;
             f.lock.device = 2;
         },
         Kind::adopt},
        {"the machine was booted with other network cards as a user who may not read the board",
         [](HistoryFacts& f) {
             reboot(f);
             f.hardware = [] { return "card:2,card:9"; };
         },
         Kind::adopt},
        {"a container was started anew on another machine, with its volume",
         [](HistoryFacts& f) {
             reboot(f);
             in_a_container(f);
         },
         Kind::adopt},
        {"the directory was renamed", move_path, Kind::adopt},
        {"the directory was renamed and the machine booted",
         [](HistoryFacts& f) {
             move_path(f);
             reboot(f);
         },
         Kind::adopt},
        {"the lock file was deleted, or lay on a file system that is made at each boot",
         [](HistoryFacts& f) {
             lose_lock_file(f);
             reboot(f);
         },
         Kind::adopt},
        {"the first tick of all",
         [](HistoryFacts& f) {
             f.seen.reset();
             f.store.last_run = RunId(0);
         },
         Kind::adopt},
        {"nobody has written down yet where it is at home",
         [](HistoryFacts& f) {
             f.seen.reset();
             f.store.home.clear();
             f.store.lock.clear();
         },
         Kind::adopt},

        {"it was accepted through another lock file",
         [](HistoryFacts& f) {
             f.store.generation = "two";
             f.store.last_run = RunId(1'000'600);
         },
         Kind::adopt},
        {"what this host has seen is damaged",
         [](HistoryFacts& f) {
             f.seen.reset();
             f.seen_is_damaged = true;
         },
         Kind::untold},
        {"the config names another lock file",
         [](HistoryFacts& f) {
             lose_lock_file(f);
             f.lock_path = "/run/another.lock";
             f.bound_lock_exists = true;
         },
         Kind::other_lock},
        {"the config names another lock file, and the old one has gone",
         [](HistoryFacts& f) {
             lose_lock_file(f);
             f.lock_path = "/run/another.lock";
         },
         Kind::other_lock},
    };
    for (const auto& one : cases) {
        CAPTURE(one.name);
        HistoryFacts facts = settled();
        one.change(facts);
        const HistoryVerdict verdict = judge_history(facts);
        CHECK(static_cast<int>(verdict.kind) == static_cast<int>(one.expected));
        CHECK(verdict.why.empty() == (verdict.kind == Kind::known || verdict.kind == Kind::adopt));
    }
}

TEST_CASE("a hold says what was seen")
{
    HistoryFacts facts = settled();
    facts.store.last_run = RunId(450);
    CHECK(judge_history(facts).why ==
          "the database knows runs up to 450, this host has run 500: it was restored from a backup");
    facts = settled();
    facts.store.generation = "two";
    CHECK(judge_history(facts).warning.find("accepted") != std::string::npos);
}

TEST_CASE("hardware is not asked for while the machine has not been booted")
{
    HistoryFacts facts = settled();
    facts.hardware = []() -> std::string { throw 1; };
    CHECK(judge_history(facts).kind == Kind::known);
    facts.store.last_run = RunId(450);
    CHECK(judge_history(facts).kind == Kind::rolled_back);
}

TEST_CASE("machines are the same if their boards are, else if they share a card")
{
    CHECK(same_hardware("board:1,card:1", "board:1,card:2") == true);
    CHECK(same_hardware("board:1,card:1", "board:2,card:1") == false);
    CHECK(same_hardware("board:1,card:1,card:2", "card:2") == true);
    CHECK(same_hardware("card:1", "card:2") == false);
    CHECK_FALSE(same_hardware("board:1", "card:1"));
    CHECK_FALSE(same_hardware("", "board:1"));
}

TEST_CASE("marks are read as they were written")
{
    const Home home{"/data with blanks/jobs.db", database_file, {"boot", ""}};
    CHECK(parse_home(to_text(home)) == home);
    CHECK_FALSE(parse_home(""));
    CHECK_FALSE(parse_home("home1 1 2"));
    CHECK_FALSE(parse_home("home2" + to_text(home).substr(5)));

    const Seen seen = *settled().seen;
    const std::string text = to_text(seen);
    CHECK(parse_seen(text) == seen);
    CHECK(parse_seen(text + "  \n") == seen);
    for (std::size_t at = 0; at < text.size(); ++at) {
        CAPTURE(at);
        CHECK_FALSE(parse_seen(text.substr(0, at)));
        std::string damaged = text;
        damaged[at] = damaged[at] == '7' ? '8' : '7';
        CHECK_FALSE(parse_seen(damaged));
    }
}
