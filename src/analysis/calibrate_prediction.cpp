#include "src/analysis/calibrate_prediction.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "src/core/stats.h"

namespace bottleneck {
namespace {

constexpr double coverage = 0.9;
/// Cases that the middle is shrunk by. Source: docs/prediction.md: prior 0 with the weight of 5.
constexpr double prior_weight = 5;
/// An interval of no width would make any miss infinite.
constexpr double least_deviation = 0.01;

/// Of ln speedup, as the model itself gave it.
double local_deviation(double low, double high) {
  return std::max(least_deviation, std::log(high / low) / 2 / normal_90);
}

/// Repetitions of one program are not new cases: its newest few stand for it, since a workload has
/// some variants of a remedy and two sizes. A choice.
constexpr int most_of_workload = 4;

bool is_usable(const Residual& one) {
  return one.low > 0 && one.low <= one.predicted && one.predicted <= one.high && one.measured > 0;
}

double error_of(const Residual& one) { return std::log(one.measured / one.predicted); }

}  // namespace

Calibration calibrate(const std::vector<Residual>& all, Remedy remedy,
                      const std::string& left_out) {
  std::vector<const Residual*> alike;
  std::map<std::string, int> of_workload;
  for (auto one = all.rbegin(); one != all.rend(); ++one)
    if (one->remedy == remedy && one->workload != left_out && is_usable(*one) &&
        ++of_workload[one->workload] <= most_of_workload)
      alike.push_back(&*one);
  Calibration result;
  result.cases = static_cast<int>(alike.size());
  if (result.cases < least_cases) return result;
  const auto many = static_cast<double>(alike.size());
  // The median: one change that made everything ten times slower is no reason to expect a tenth
  // less of all others.
  std::vector<double> errors;
  for (const Residual* one : alike) errors.push_back(error_of(*one));
  result.shift = median(errors) * many / (many + prior_weight);
  std::vector<double> scores;
  for (const Residual* one : alike)
    scores.push_back(std::abs(error_of(*one) - result.shift) /
                     local_deviation(one->low, one->high));
  std::sort(scores.begin(), scores.end());
  const auto rank = static_cast<std::size_t>(std::ceil((many + 1) * coverage));
  result.multiplier = scores.at(std::min(rank, scores.size()) - 1);
  result.applies = true;
  return result;
}

Quantity apply(const Calibration& calibration, const Quantity& predicted) {
  if (!calibration.applies) return predicted;
  const double half = calibration.multiplier * local_deviation(predicted.low, predicted.high);
  const double value = predicted.value * std::exp(calibration.shift);
  return {value, value * std::exp(-half), value * std::exp(half), predicted.unit};
}

}  // namespace bottleneck
