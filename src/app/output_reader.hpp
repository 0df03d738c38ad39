#pragma once

#include "os/fd.hpp"

#include <escher/run.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace escher {

/// Opens what `run` has written, in the directory of outputs. Throws Error: not_found (gone, the run could not be executed),
/// permission, io.
[[nodiscard]] os::Fd open_output(const Run& run, const std::filesystem::path& directory);

/// What open_output() throws where there is no file: that the run could not be executed, if so, else `otherwise`.
[[noreturn]] void throw_no_output(const Run& run, const std::string& otherwise);

/// Reads a run's output file from the front, and later what was added since.
class OutputReader {
public:
    explicit OutputReader(os::Fd file) : file_(std::move(file)) {}

    struct Sink {
        std::function<void(std::string_view)> text;
        std::function<void(std::int64_t)> dropped; ///< so many bytes between what came before and what comes next
    };

    /// Passes on what is there and has not been passed on. Throws Error{io}.
    void read(const Sink& sink);

private:
    void read_stretch(std::int64_t from, std::int64_t to, const Sink& sink);

    os::Fd file_;
    std::int64_t offset_ = 0;
};

/// The line that stands for what was dropped from the middle.
[[nodiscard]] std::string dropped_marker(std::int64_t bytes);

} // namespace escher
