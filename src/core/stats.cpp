#include "src/core/stats.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstdint>
#include <random>

namespace bottleneck {
namespace {

/// The same for all: a second look at the same runs must not say something else.
constexpr std::uint64_t bootstrap_seed = 20240229;

/// Median of as many values, drawn with replacement. `drawn` is only kept to be used again.
double resampled_median(const std::vector<double>& values, std::mt19937_64& dice,
                        std::vector<double>& drawn) {
  drawn.clear();
  for (std::size_t i = 0; i < values.size(); ++i) drawn.push_back(values[dice() % values.size()]);
  const auto middle = drawn.begin() + static_cast<std::ptrdiff_t>(drawn.size() / 2);
  std::nth_element(drawn.begin(), middle, drawn.end());
  if (drawn.size() % 2 == 1) return *middle;
  return (*middle + *std::max_element(drawn.begin(), middle)) / 2;
}

}  // namespace

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

RatioInterval ratio_of_medians(const std::vector<double>& above, const std::vector<double>& below,
                               const Bootstrap& how) {
  assert(!above.empty() && !below.empty());
  std::mt19937_64 dice(bootstrap_seed);
  std::vector<double> ratios, drawn;
  ratios.reserve(static_cast<std::size_t>(how.resamples));
  for (int i = 0; i < how.resamples; ++i) {
    const double upper = resampled_median(above, dice, drawn);
    ratios.push_back(upper / resampled_median(below, dice, drawn));
  }
  const double tail = (1 - how.confidence) / 2;
  const double ratio = median(above) / median(below);
  return {ratio, std::min(ratio, quantile(ratios, tail)),
          std::max(ratio, quantile(ratios, 1 - tail))};
}

}  // namespace bottleneck
