#pragma once

#include <escher/policy.hpp>
#include <escher/run.hpp>
#include <escher/schedule.hpp>
#include <escher/store.hpp>

#include <array>
#include <string_view>

namespace escher {

/// One enumerator and the text that stands for it in SQL, JSON, config and output.
template<class E>
struct Name {
    E value;
    std::string_view text;
};

/// The kinds of Outcome, in the order of its alternatives.
enum class OutcomeKind { exited, signaled, timed_out, cancelled, not_started, lost };

[[nodiscard]] inline OutcomeKind kind(const Outcome& outcome) noexcept
{
    return static_cast<OutcomeKind>(outcome.index());
}

/// The enum/text table: the only place where an enumerator meets its text.
template<class E>
inline constexpr std::array<Name<E>, 0> names{};

template<>
inline constexpr auto names<JobState> = std::to_array<Name<JobState>>({
    {JobState::scheduled, "scheduled"},
    {JobState::available, "available"},
    {JobState::running, "running"},
    {JobState::retryable, "retryable"},
    {JobState::completed, "completed"},
    {JobState::failed, "failed"},
    {JobState::cancelled, "cancelled"},
    {JobState::invalid, "invalid"},
});

template<>
inline constexpr auto names<OutcomeKind> = std::to_array<Name<OutcomeKind>>({
    {OutcomeKind::exited, "exited"},
    {OutcomeKind::signaled, "signaled"},
    {OutcomeKind::timed_out, "timed_out"},
    {OutcomeKind::cancelled, "cancelled"},
    {OutcomeKind::not_started, "not_started"},
    {OutcomeKind::lost, "lost"},
});

template<>
inline constexpr auto names<MessageLevel> = std::to_array<Name<MessageLevel>>({
    {MessageLevel::debug, "debug"},
    {MessageLevel::info, "info"},
    {MessageLevel::warning, "warning"},
    {MessageLevel::error, "error"},
});

template<>
inline constexpr auto names<OccurrenceResult> = std::to_array<Name<OccurrenceResult>>({
    {OccurrenceResult::created, "created"},
    {OccurrenceResult::skipped, "skipped"},
    {OccurrenceResult::coalesced, "coalesced"},
    {OccurrenceResult::dropped, "dropped"},
});

template<>
inline constexpr auto names<CancelResult> = std::to_array<Name<CancelResult>>({
    {CancelResult::cancelled, "cancelled"},
    {CancelResult::requested, "requested"},
    {CancelResult::already_finished, "already_finished"},
    {CancelResult::no_such_job, "no_such_job"},
});

template<>
inline constexpr auto names<RetryResult> = std::to_array<Name<RetryResult>>({
    {RetryResult::queued, "queued"},
    {RetryResult::still_unfinished, "still_unfinished"},
    {RetryResult::invalid, "invalid"},
    {RetryResult::no_such_job, "no_such_job"},
});

template<>
inline constexpr auto names<Leftovers> = std::to_array<Name<Leftovers>>({
    {Leftovers::kill, "kill"},
    {Leftovers::allow, "allow"},
});

template<>
inline constexpr auto names<CatchUp> = std::to_array<Name<CatchUp>>({
    {CatchUp::none, "none"},
    {CatchUp::latest, "latest"},
    {CatchUp::all, "all"},
});

template<>
inline constexpr auto names<Overlap> = std::to_array<Name<Overlap>>({
    {Overlap::skip, "skip"},
    {Overlap::queue, "queue"},
    {Overlap::allow, "allow"},
    {Overlap::replace, "replace"},
});

template<class E>
[[nodiscard]] constexpr std::string_view text_of(E value) noexcept
{
    for (const auto& name : names<E>)
        if (name.value == value)
            return name.text;
    return {};
}

template<class E>
[[nodiscard]] constexpr std::optional<E> from_text(std::string_view text) noexcept
{
    for (const auto& name : names<E>)
        if (name.text == text)
            return name.value;
    return std::nullopt;
}

} // namespace escher
