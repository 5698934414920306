#include "src/core/stats.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace bottleneck {

double quantile(std::vector<double> values, double q) {
  assert(q >= 0 && q <= 1);
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const double position = q * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(position);
  const std::size_t above = std::min(below + 1, values.size() - 1);
  return std::lerp(values[below], values[above], position - static_cast<double>(below));
}

double median(std::vector<double> values) { return quantile(std::move(values), 0.5); }

}  // namespace bottleneck
