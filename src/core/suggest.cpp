#include "core/suggest.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace escher {

namespace {

constexpr std::size_t farthest = 2;

/// Insertions, deletions, replacements and swaps of neighbours, each counted as one.
std::size_t distance(std::string_view a, std::string_view b)
{
    std::array<std::vector<std::size_t>, 3> rows;
    rows.fill(std::vector<std::size_t>(b.size() + 1));
    for (std::size_t j = 0; j <= b.size(); ++j)
        rows[0][j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        const auto& above = rows[(i - 1) % 3];
        const auto& two_above = rows[(i + 1) % 3];
        auto& row = rows[i % 3];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
            row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + change});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = std::min(row[j], two_above[j - 2] + 1);
        }
    }
    return rows[a.size() % 3][b.size()];
}

} // namespace

std::string nearest(std::string_view word, std::span<const std::string> known)
{
    std::string best;
    std::size_t least = farthest + 1;
    for (const auto& candidate : known) {
        const auto longer = std::max(word.size(), candidate.size());
        const auto shorter = std::min(word.size(), candidate.size());
        // Also what keeps a word of a megabyte cheap.
        if (longer - shorter > farthest)
            continue;
        const auto far = distance(word, candidate);
        if (far < least && far * 2 < word.size()) {
            least = far;
            best = candidate;
        }
    }
    return best;
}

std::string did_you_mean(std::string_view word, std::span<const std::string> known)
{
    const auto best = nearest(word, known);
    return best.empty() ? std::string() : " (did you mean '" + best + "'?)";
}

} // namespace escher
