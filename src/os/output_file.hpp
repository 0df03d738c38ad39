#pragma once

#include "os/fd.hpp"
#include "os/output_directory.hpp"

#include <escher/run.hpp>

#include <chrono>
#include <vector>

namespace escher::os {

/// A stretch of an output file that holds what the job wrote there.
struct OutputSegment {
    std::int64_t offset = 0;
    std::int64_t length = 0;

    bool operator==(const OutputSegment&) const = default;
};

/// The stretches of an open output file that can be read, ascending. What lies between two of them was dropped.
///
/// A file that outgrows output.max_bytes keeps its head, the first quarter of that, and its tail, up to the rest; what
/// is between becomes a hole, so that offsets stay what they were, the job is not disturbed, and size - dropped is
/// what can be read. The file itself therefore tells what was dropped, while the job runs as well as afterwards.
/// Leaves the file's offset where it was.
[[nodiscard]] std::vector<OutputSegment> readable_segments(int fd);

/// Opens a file of the output directory `directory` for reading; none: see errno, which is EINVAL for what is no regular
/// file of one name: no link is followed and no device opened, and a second name may be anybody's.
[[nodiscard]] Fd open_output_file(int directory, const std::string& name);

/// The output file of a run. Its lock (flock, exclusive) is the run's lease: the open file is inherited by the job as
/// descriptors 1 and 2, so it stays locked as long as we or any process of the job has it open.
class OutputFile {
public:
    /// Creates the file and locks it. Throws Error with the remedy.
    OutputFile(OutputDirectory& directory, std::string name);

    [[nodiscard]] int fd() const { return fd_.get(); }

    /// Deletes the file: nothing was executed.
    void discard();

    /// Makes the file fit into `max_bytes` on disk if it does not, and tells after which time to look again.
    std::chrono::milliseconds bound(std::int64_t max_bytes, std::chrono::steady_clock::time_point now);

    /// The same when nothing writes any more: keeps as much of the tail as fits.
    void bound_finally(std::int64_t max_bytes);

    /// Adds a line of our own.
    void say(const std::string& text);

    [[nodiscard]] OutputSize size() const;

private:
    void drop_middle(std::int64_t size, std::int64_t head, std::int64_t tail, std::int64_t block);
    void cut(std::int64_t size, std::int64_t head);

    OutputDirectory* directory_;
    std::string name_;
    Fd fd_;
    std::int64_t hole_from_ = 0;
    std::int64_t hole_to_ = 0; ///< equal to hole_from_: none
    std::int64_t cut_ = 0; ///< bytes that are gone from the file altogether, where holes are not supported
    bool holes_supported_ = true;
    std::int64_t last_size_ = 0;
    std::chrono::steady_clock::time_point last_look_{};
    std::chrono::milliseconds interval_{50};
};

} // namespace escher::os
