// aa_trials TRIALS BLOCKS: experiments in which the variant is the baseline itself, a chain of
// multiplications of some 40 ms on one thread. One line of JSON for each: what the interval of a
// speedup of 1 is.
// aa_trials: that chain.
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include <fmt/format.h>

#include "src/analysis/verify.h"
#include "src/core/error.h"
#include "src/prove/experiment.h"

namespace {

using namespace bottleneck;

std::uint64_t chain() {
  constexpr int steps = 25'000'000;  // of 4 to 5 cycles
  std::uint64_t x = 1;
  for (int step = 0; step < steps; ++step) x = x * 6364136223846793005ULL + 1442695040888963407ULL;
  return x;
}

/// False: we were asked to end.
bool run_trial(std::uint64_t seed, int blocks) {
  const Target itself{{"/proc/self/exe"}, "", {}};
  ExperimentPlan plan;
  plan.arms = {{"one", itself}, {"other", itself}};
  plan.least_blocks = plan.most_blocks = blocks;
  plan.seed = seed;
  const ExperimentResult result = run_experiment(plan, System{}, {});
  if (result.interrupted) return false;
  const Verification found = verify({}, result.trials[0], result.trials[1], {});
  if (!found.measured) {
    fmt::print(stderr, "{}\n", found.why);
    return true;
  }
  const Quantity speedup = *found.measured;
  fmt::print(R"({{"value": {}, "low": {}, "high": {}, "pairs": {}, "rejected": {}, "noisy": {}}})"
             "\n",
             speedup.value, speedup.low, speedup.high, found.pairs, found.rejected,
             !result.noise.empty());
  std::fflush(stdout);
  return true;
}

}  // namespace

int main(int count, char** words) {
  if (count == 1) {
    fmt::print("{}\n", chain());
    return exit_ok;
  }
  if (count != 3) {
    std::fputs("Usage: aa_trials TRIALS BLOCKS\n", stderr);
    return exit_usage;
  }
  const int trials = std::atoi(words[1]), blocks = std::atoi(words[2]);
  try {
    for (int trial = 0; trial < trials; ++trial)
      if (!run_trial(static_cast<std::uint64_t>(trial), blocks)) return exit_failed;
  } catch (const Error& error) {
    fmt::print(stderr, "error: {}\n  why  {}\n", error.what, error.why);
    return exit_failed;
  }
  return exit_ok;
}
