#include "src/analysis/monte_carlo.h"

#include <algorithm>
#include <cmath>
#include <random>

#include "src/analysis/recommend.h"
#include "src/core/stats.h"

namespace bottleneck {
namespace {

/// Quantiles of 5 and 95 % from 2000 draws are good to 1 % of their distance (binomial).
constexpr int draws = 2000;
/// The profiled run and the rerun are two runs: ln of their ratio varies by this much, however sure
/// the model is. Source: CPU time of identical runs, research/prediction.md section 0.6 (2.6 %).
constexpr double run_to_run = 0.03;
constexpr double low_quantile = 0.05, high_quantile = 0.95;

double draw_share(const Shrinking& one, std::mt19937_64& random) {
  if (one.samples <= 0) return one.share;
  const double hits = one.share * one.samples;
  std::gamma_distribution<double> inside(hits + 0.5), outside(one.samples - hits + 0.5);
  const double a = inside(random), b = outside(random);
  return a / (a + b);
}

double factor_with(double luck, const Shrinking& one) {
  return std::clamp(one.factor * std::exp(one.spread * luck), 1.0, one.most);
}

}  // namespace

Quantity draw_speedup(const std::vector<Shrinking>& all) {
  std::mt19937_64 random(1);  // NOLINT: the same draws each time are wanted
  std::vector<double> found;
  found.reserve(draws);
  std::normal_distribution<double> normal;
  for (int i = 0; i < draws; ++i) {
    // What a change is worth is unsure for the same reasons in all parts that it changes.
    const double luck = normal(random);
    double left = 1, together = 0;
    for (const Shrinking& one : all) {
      const double share = draw_share(one, random);
      together += share;
      left += share / factor_with(luck, one) - share;
    }
    // Shares drawn one by one may add up to more than there is.
    if (together > 1) left += together - 1;
    found.push_back(std::exp(run_to_run * normal(random)) / std::max(least_rest, left));
  }
  return {median(found), quantile(found, low_quantile), quantile(found, high_quantile),
          Unit::ratio};
}

}  // namespace bottleneck
