#include <doctest/doctest.h>

#include "app/known_argv.hpp"

using namespace escher;

namespace {

using Words = std::vector<std::string>;

Policies policies()
{
    Policies policies;
    policies.tasks["schedule:nightly"].argv = {"/usr/bin/backup", "--all", "two words"};
    policies.tasks["mail"].argv = {"mail", "{id}"};
    policies.tasks["mail"].params = {{"id", "[0-9]+"}};
    return policies;
}

} // namespace

TEST_CASE("what a job executes is its own command, or its task's template filled in")
{
    CHECK(known_argv(policies(), Work(Command{{"ls", "-l"}})) == Words{"ls", "-l"});
    CHECK(known_argv(policies(), Work(TaskCall{"mail", {{"id", "42"}}})) == Words{"mail", "42"});
    CHECK(known_argv(policies(), Work(TaskCall{"schedule:nightly", {}})) ==
          Words{"/usr/bin/backup", "--all", "two words"});
}

TEST_CASE("what a job executes is not known where the config does not tell")
{
    CHECK_FALSE(known_argv(policies(), Work(TaskCall{"gone", {}})));
    CHECK_FALSE(known_argv(policies(), Work(TaskCall{"mail", {{"id", "x"}}})));
    CHECK_FALSE(known_argv(policies(), Work(Unrunnable{"no JSON"})));
}

TEST_CASE("a schedule's own command is described by its words, and said to be gone when it is")
{
    const Work nightly = TaskCall{"schedule:nightly", {}};
    CHECK(describe_resolved(nightly, known_argv(policies(), nightly)) == "/usr/bin/backup --all 'two words'");
    CHECK(describe_resolved(nightly, {}) == "the command of schedule 'nightly', which is not in the config any more");
    const Work mail = TaskCall{"mail", {{"id", "42"}}};
    CHECK(describe_resolved(mail, known_argv(policies(), mail)) == "task mail id=42");
}
