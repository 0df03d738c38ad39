#pragma once

#include "tick/fake_store.hpp"

namespace escher::test {

/// A store in which jobs can be looked up.
class KnownJobs : public FakeStore {
public:
    std::map<std::string, JobId> tokens;

    std::optional<Job> find(JobId job) override
    {
        const auto found = jobs.find(job);
        return found == jobs.end() ? std::nullopt : std::optional(found->second);
    }

    std::optional<JobId> find_token(const std::string& token) override
    {
        const auto found = tokens.find(token);
        return found == tokens.end() ? std::nullopt : std::optional(found->second);
    }
};

} // namespace escher::test
