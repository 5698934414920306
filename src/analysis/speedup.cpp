#include <cmath>

#include "src/analysis/verify.h"
#include "src/core/stats.h"

namespace bottleneck {
namespace {

/// Source: the simulation behind docs/prediction.md: an interval of fewer undercovers.
constexpr std::size_t least_runs = 3;

std::vector<double> wall_times(const std::vector<const TrialRun*>& runs) {
  std::vector<double> times;
  for (const TrialRun* run : runs) times.push_back(run->wall_s);
  return times;
}

}  // namespace

std::vector<const TrialRun*> counted_runs(const Trial& trial, int exit_status) {
  std::vector<const TrialRun*> counted;
  for (const TrialRun& run : trial.runs)
    if (run.rejected.empty() && run.exit_status == exit_status && run.wall_s > 0)
      counted.push_back(&run);
  return counted;
}

std::optional<Quantity> measure_speedup(const Trial& baseline, const Trial& variant) {
  const auto first = std::find_if(baseline.runs.begin(), baseline.runs.end(),
                                  [](const TrialRun& run) { return run.rejected.empty(); });
  if (first == baseline.runs.end()) return std::nullopt;
  const int exit_status = first->exit_status;
  const auto before = wall_times(counted_runs(baseline, exit_status));
  const auto after = wall_times(counted_runs(variant, exit_status));
  if (before.size() < least_runs || after.size() < least_runs) return std::nullopt;
  const RatioInterval speedup = ratio_of_medians(before, after);
  return Quantity{speedup.ratio, speedup.low, speedup.high, Unit::ratio};
}

double half_width(const Quantity& ratio) { return std::log(ratio.high / ratio.low) / 2; }

}  // namespace bottleneck
