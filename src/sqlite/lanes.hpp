#pragma once

#include "core/selection.hpp"
#include "sqlite/connection/database.hpp"

#include <escher/job.hpp>

namespace escher::sqlite {

/// A row that selection met and that cannot be run.
struct Misfit {
    JobId job{};
    std::string why;
};

/// What selection reads from: the jobs that may run now, in lanes, read page by page and only as far as asked for.
/// Rows that cannot be run are set aside, not offered. Must not outlive the snapshot or transaction it is used in.
class LaneReader {
public:
    /// The limits of `request` and `taken` tell which keys are busy: their jobs, of which there may be very many, are passed
    /// over before they are decoded. Both must outlive this.
    LaneReader(Database& database, bool by_priority, const ClaimRequest& request, const Occupancy& taken)
        : database_(database), by_priority_(by_priority), request_(request), taken_(taken)
    {
    }

    /// Reads as well what is due but not yet promoted, taken in or freed, as if it were.
    void include_pending(Time now);

    /// True if there was more of that than is read at once.
    [[nodiscard]] bool pending_was_cut() const { return pending_cut_; }

    /// One lane per queue, or per queue and priority; refer to this object.
    [[nodiscard]] std::vector<Lane> lanes();

    [[nodiscard]] const std::vector<Misfit>& misfits() const { return misfits_; }

    /// A job that a lane has offered.
    [[nodiscard]] Job take(JobId job);

private:
    struct Position;

    [[nodiscard]] std::optional<Candidate> offer(Job job);
    void read_page(Position& position);
    [[nodiscard]] std::optional<Time> last_start(const std::string& queue);

    Database& database_;
    bool by_priority_;
    const ClaimRequest& request_;
    const Occupancy& taken_;
    std::vector<Job> pending_;
    bool pending_cut_ = false;
    std::vector<Misfit> misfits_;
};

/// As input_size(), as a complaint: empty if the stdin of the job is within bounds.
[[nodiscard]] std::string input_problem(Database& database, JobId job);

} // namespace escher::sqlite
