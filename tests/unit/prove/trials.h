// Trials written by hand: runs of given wall times that all end with 0 and print the same.
#pragma once

#include <string>
#include <vector>

#include "src/core/verification.h"

namespace bottleneck::testing {

inline Trial trial_of(const std::string& variant, const std::vector<double>& wall_s,
                      const std::string& output = "sum 42\n") {
  Trial trial{variant, {}};
  for (const double one : wall_s) {
    TrialRun run;
    run.wall_s = run.cpu_s = one;
    run.output = output;
    trial.runs.push_back(run);
  }
  return trial;
}

/// Ten runs around `wall_s`, within 1 %, never the same.
inline Trial steady(const std::string& variant, double wall_s) {
  std::vector<double> times;
  for (int i = 0; i < 10; ++i) times.push_back(wall_s * (1 + 0.002 * ((i * 7) % 10 - 5)));
  return trial_of(variant, times);
}

}  // namespace bottleneck::testing
