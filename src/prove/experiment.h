// Runs a baseline and its variants without profiling, in randomized interleaved blocks, and keeps
// for each run what could make it not count. Its place: between a frozen prediction and its
// verification (src/analysis/verify.h). It judges nothing and drops no run for its duration.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "probes/system.h"
#include "src/core/run.h"
#include "src/core/verification.h"

namespace bottleneck {

struct Arm {
  std::string variant;
  Target target;
};

struct ExperimentPlan {
  std::vector<Arm> arms;  ///< the baseline first
  int least_blocks = 5;
  int most_blocks = 10;
  double budget_s = 60;    ///< no block starts after it
  std::uint64_t seed = 0;  ///< of the order within the blocks
  bool warm_up = true;     ///< one run of each arm that does not count
  double timeout_s = 0;    ///< of one run; 0: three times the first baseline, at least 10 s
  /// Asked after each block instead of whether the ratio is precise; none: that.
  std::function<bool(const std::vector<Trial>&)> enough = {};
};

struct ExperimentResult {
  std::vector<Trial> trials;  ///< as the arms
  bool interrupted = false;   ///< by SIGINT or SIGTERM: what was measured until then is here
  std::string noise;          ///< why too many runs do not count; "" fine
};

/// Blocks until the ratio of each arm is precise (research/prediction.md 7.8) or the budget is
/// spent. Standard output of the arms is kept, standard error goes to ours only where a run fails.
/// Errors: throws Error where an arm cannot be started.
ExperimentResult run_experiment(const ExperimentPlan&, const System&,
                                const std::function<void(int block, int blocks)>& progress);

}  // namespace bottleneck
