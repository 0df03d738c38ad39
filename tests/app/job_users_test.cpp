#include <doctest/doctest.h>

#include "app/job_users.hpp"

using namespace escher;

namespace {

Config config_with_users()
{
    Config config;
    config.file = "/etc/x.toml";
    config.policies.user = "anna";
    config.policies.tasks["a"].user = "anna";
    config.policies.tasks["b"].user = "bert";
    config.policies.tasks["c"];
    config.policies.tasks["schedule:nightly"].user = "cara";
    return config;
}

std::string refusal(const Config& config, const std::function<bool(const std::string&)>& exists)
{
    try {
        require_job_users(config, exists);
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::config);
        return error.what();
    }
    return "accepted";
}

} // namespace

TEST_CASE("each user that the config names is asked for once, and none where it names none")
{
    std::vector<std::string> asked;
    const auto everybody = [&asked](const std::string& name) {
        asked.push_back(name);
        return true;
    };
    CHECK(refusal(config_with_users(), everybody) == "accepted");
    CHECK(asked == std::vector<std::string>{"anna", "bert", "cara"});
    asked.clear();
    CHECK(refusal({}, everybody) == "accepted");
    CHECK(asked.empty());
}

TEST_CASE("a user that does not exist is refused with the place that names it and the remedy")
{
    const auto all_but = [](const std::string& missing) {
        return [missing](const std::string& name) { return name != missing; };
    };
    const std::string fix = "correct the name in '/etc/x.toml', or create the user";
    CHECK(refusal(config_with_users(), all_but("anna")) ==
          "[run] user 'anna' does not exist on this machine: " + fix);
    CHECK(refusal(config_with_users(), all_but("bert")) ==
          "[task.b] user 'bert' does not exist on this machine: " + fix);
    CHECK(refusal(config_with_users(), all_but("cara")) ==
          "[schedule.nightly] user 'cara' does not exist on this machine: " + fix);
}
