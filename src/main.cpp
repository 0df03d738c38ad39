#include "cli/run.hpp"
#include "os/standard_streams.hpp"

#include <string>
#include <vector>

int main(int argc, char** argv)
{
    // Before anything is opened: with 0, 1 or 2 closed by the caller, the first file would land there.
    escher::os::secure_standard_streams();
    const std::vector<std::string> arguments(argv, argv + argc);
    return escher::cli::run(arguments);
}
