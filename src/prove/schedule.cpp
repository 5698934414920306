#include "src/prove/schedule.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "src/analysis/verify.h"
#include "src/core/error.h"

namespace bottleneck {
namespace {

// Source of all: docs/prediction.md, "how it is verified".
constexpr double finest_half_width = 0.01;
constexpr double part_of_effect = 1.0 / 8;
constexpr std::array looks = {5, 7, 10, 15, 25};
constexpr int most_repeats = 2;

int count_kept(const Trial& trial) {
  return static_cast<int>(std::count_if(trial.runs.begin(), trial.runs.end(),
                                        [](const TrialRun& run) { return run.rejected.empty(); }));
}

/// All its runs took too long: it will not be run again (experiment.cpp). One that was only
/// disturbed so far will.
bool is_hopeless(const Trial& trial) {
  return std::all_of(trial.runs.begin(), trial.runs.end(), [](const TrialRun& run) {
    return !run.rejected.empty() && run.exit_status == exit_timed_out;
  });
}

}  // namespace

std::vector<std::size_t> Shuffler::shuffle(std::vector<std::size_t> arms) {
  if (last_.size() == arms.size()) {
    std::vector<std::size_t> back(last_.rbegin(), last_.rend());
    last_.clear();
    if (std::is_permutation(back.begin(), back.end(), arms.begin())) return back;
  }
  for (std::size_t left = arms.size(); left > 1; --left)  // Fisher and Yates
    std::swap(arms[left - 1], arms[dice_() % left]);
  last_ = arms;
  return arms;
}

bool is_precise(const Trial& baseline, const Trial& variant) {
  const auto speedup = measure_speedup(baseline, variant);
  if (!speedup) return true;
  return half_width(*speedup) <=
         std::max(finest_half_width, part_of_effect * std::abs(std::log(speedup->value)));
}

bool are_enough(const std::vector<Trial>& trials, const BlockLimits& limits) {
  int blocks = limits.most;
  for (const Trial& trial : trials)
    if (!is_hopeless(trial)) blocks = std::min(blocks, count_kept(trial));
  if (blocks >= limits.most) return true;
  if (blocks < limits.least || std::find(looks.begin(), looks.end(), blocks) == looks.end())
    return false;
  return std::all_of(trials.begin() + 1, trials.end(),
                     [&](const Trial& variant) { return is_precise(trials.front(), variant); });
}

int most_blocks_run(const BlockLimits& limits) { return most_repeats * limits.most; }

}  // namespace bottleneck
