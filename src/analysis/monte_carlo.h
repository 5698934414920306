// From slices that shrink by uncertain factors to the interval of the speedup: random draws of each
// share and factor, Amdahl's law on every draw. Its place: below predict.h. Pure: its random
// numbers start from a fixed seed, so the same profile gives the same figures.
#pragma once

#include <vector>

#include "src/core/measurement.h"

namespace bottleneck {

/// A part of the wall-clock time that a remedy makes shorter.
struct Shrinking {
  double share = 0;    ///< of the wall time
  double samples = 0;  ///< of the whole run, behind the share; 0: the share is exact
  double factor = 1;   ///< by which it gets shorter: the middle
  double spread = 0;   ///< standard deviation of ln(factor)
  double most = 1e9;   ///< no draw above it: lanes, CPUs, waits
};

/// Median, 5 % and 95 % quantile of old over new wall time. Shares are drawn from Jeffreys' beta
/// distribution, factors from a lognormal one that is cut at 1 (who gets slower takes it back) and
/// at `most`. Source: research/prediction.md sections 3.1 and 4.
Quantity draw_speedup(const std::vector<Shrinking>&);

}  // namespace bottleneck
