// What to do, and what it can give at most (DESIGN section 5): one family of advice per class, each
// with Amdahl's bound over the slice that it shrinks. Its place: last, from the findings. It
// measures no machine: every claim here is `bound`, what this run cannot exceed; narrower
// predictions come with measured ceilings.
#pragma once

#include <vector>

#include "src/analysis/derive.h"
#include "src/analysis/parallelism.h"
#include "src/core/report.h"

namespace bottleneck {

/// Smaller gains are not worth a programmer's time. Source: DESIGN section 5.
inline constexpr double least_gain = 1.05;
/// A slice of the whole run would promise an infinite gain: something always remains. Source: a
/// choice.
inline constexpr double least_rest = 1e-3;

/// S = 1 / ((1 - p) + p / s); s of infinity: the slice goes away.
double amdahl(double p, double s);

/// A run shorter than this is mostly the start of the program, 50 samples at most: no advice.
inline constexpr double shortest_advised_s = 0.05;

/// By predicted gain; none where the program is idle for want of work. Of a run that died at a
/// memory limit only what lets it complete: its time is not the problem.
std::vector<Recommendation> recommend(const Profile&, const Evidence&, const Verdict&,
                                      const std::vector<Finding>&, const ParallelismReport&,
                                      const Imbalance&, const std::vector<HotLoop>&);

}  // namespace bottleneck
