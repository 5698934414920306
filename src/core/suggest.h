// "did you mean": the nearest of some words. Pure.
#pragma once

#include <string>
#include <vector>

namespace bottleneck {

/// Least number of insertions, deletions and replacements that make one word the other
/// (Levenshtein).
int edit_distance(const std::string&, const std::string&);

/// The nearest word, or "" if none is near enough to have been meant.
std::string suggest(const std::string& typed, const std::vector<std::string>& known);

}  // namespace bottleneck
