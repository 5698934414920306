// How sure a class is: starts at strong and goes down for each thing that is lacking, with the
// reason in words. Its place: each finding and the verdict carry it. Shares are never changed by
// it.
#pragma once

#include <string>
#include <vector>

#include "src/analysis/derive.h"
#include "src/core/report.h"

namespace bottleneck {

/// Source: pmuless.md section 9, step 7: at least 200 samples; below 30 a share is worth +-18
/// points.
inline constexpr double many_samples = 200;
inline constexpr double few_samples = 30;
/// Records that were lost, of all. Source: pmuless.md 4: some percent at 340 k switches/s left
/// labels right.
inline constexpr double lost_share = 0.01;
inline constexpr double much_lost_share = 0.1;
/// Source: DESIGN section 4: polled waits are weak above so many switches per second.
inline constexpr double polled_switches_per_s = 10000;
/// Interference changes the truth (pitfalls.md 1); a quarter of a CPU is a choice.
inline constexpr double others_matter_cpus = 0.25;
/// Source: choices: 100 windows of 10 ms, and ten.
inline constexpr double short_run_s = 1.0;
inline constexpr double very_short_run_s = 0.1;
/// So near to the threshold the next run may say otherwise (accounting.md: two or three verdicts of
/// 70 flip).
inline constexpr double close_call = 0.05;
inline constexpr double much_unattributed = 0.25;
/// Spread of the wall time over runs of -n that a single profile does not stand for. Source: a
/// choice.
inline constexpr double wide_spread = 0.1;

struct Sureness {
  Confidence word = Confidence::strong;
  std::vector<std::string> reasons;  ///< what it rests on, and what lowered it
};

Sureness judge_confidence(const Profile&, const Evidence&, Kind, double share, bool is_verdict);

}  // namespace bottleneck
