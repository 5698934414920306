#include "src/core/suggest.h"

#include <algorithm>
#include <numeric>

namespace bottleneck {

int edit_distance(const std::string& from, const std::string& to) {
  std::vector<int> row(to.size() + 1);
  std::iota(row.begin(), row.end(), 0);
  for (std::size_t i = 1; i <= from.size(); ++i) {
    int diagonal = row[0];
    row[0] = static_cast<int>(i);
    for (std::size_t j = 1; j <= to.size(); ++j) {
      int replaced = diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[to.size()];
}

std::string suggest(const std::string& typed, const std::vector<std::string>& known) {
  // A third of the letters may be wrong, at least two: what git and cargo take for a slip.
  int nearest = std::max(2, static_cast<int>(typed.size()) / 3) + 1;
  std::string best;
  for (const std::string& word : known) {
    int distance = edit_distance(typed, word);
    if (distance >= nearest || distance >= static_cast<int>(word.size())) continue;
    nearest = distance;
    best = word;
  }
  return best;
}

}  // namespace bottleneck
