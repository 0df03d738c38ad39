#include <doctest/doctest.h>

#include "cli/check/check_files.hpp"
#include "cli/check/findings_view.hpp"

using namespace escher;
using namespace escher::cli;

TEST_CASE("findings are a line each and fail as a whole if one does")
{
    Findings findings;
    findings.ok("the config");
    findings.warn("no tick for 12 m", "start cron");
    CHECK_FALSE(findings.any_fails());
    CHECK(findings_text(findings, {}) == "ok\tthe config\nwarn\tno tick for 12 m; fix: start cron\n");
    findings.fail("a\nb");
    CHECK(findings.any_fails());
    CHECK(findings_text(findings, {.terminal = true}) ==
          "ok    the config\nwarn  no tick for 12 m\n      fix: start cron\nfail  a\\nb\n");
}

TEST_CASE("a file must be as open to the group as its directory, and to nobody else")
{
    const FileFacts shared{.owner = 0, .group = 33, .mode = 02770};
    const FileFacts alone{.owner = 1000, .group = 1000, .mode = 0700};
    struct Row {
        FileFacts file;
        FileFacts directory;
        std::vector<std::string> fixes;
    };
    const std::vector<Row> rows = {
        {{0, 33, 0660}, shared, {}},
        {{0, 33, 0640}, shared, {"chmod 660 '/d/f'"}},
        {{0, 0, 0660}, shared, {"chgrp --reference='/d' '/d/f'"}},
        {{0, 0, 0600}, shared, {"chgrp --reference='/d' '/d/f'", "chmod 660 '/d/f'"}},
        {{0, 33, 0666}, shared, {"chmod o-w '/d/f'"}},
        {{1000, 1000, 0600}, alone, {}},
        {{1000, 1000, 0660}, alone, {}},
        {{1000, 1000, 0602}, alone, {"chmod o-w '/d/f'"}},
    };
    for (const Row& row : rows) {
        CAPTURE(row.file.mode);
        Findings findings;
        judge_file("the database", "/d/f", row.file, row.directory, findings);
        std::vector<std::string> fixes;
        for (const Finding& finding : findings.all()) {
            CHECK(finding.level == Finding::Level::fail);
            fixes.push_back(finding.fix);
        }
        CHECK(fixes == row.fixes);
    }
}
