// What the hottest loop of a finding adds to its advice: how far it can be made faster before the
// next limit, whether a row's advice fits it at all, and its figures in words. Its place: recommend
// and words ask it. It makes no advice of its own: that table is advice.h.
#pragma once

#include <optional>
#include <string>

#include "src/analysis/advice.h"
#include "src/analysis/hot_loops.h"

namespace bottleneck {

/// The loop of that class and detail with the largest share; null if there is none.
const HotLoop* main_loop(const std::vector<HotLoop>&, Kind);

/// By how much the loop's own time can shrink, and what sets it.
struct LoopGain {
  double factor = 1;      ///< expected; where not `foreseen`: at most
  double most = 1e9;      ///< no luck gives more
  double spread = 0;      ///< standard deviation of ln(factor)
  bool foreseen = false;  ///< by a model and this loop's figures; else only a bound
  std::string because;
  double once_s = 0;  ///< seconds that it costs once, whatever the loop does
};
/// Nothing where the row does not fit this loop ("vectorize" with a call inside).
std::optional<LoopGain> gain_of(const Profile&, const HotLoop&, Shrink);

/// "stride 8000 B; working set 8.0 MB; stall factor 4.1": what was measured of it.
std::string say_loop(const Profile&, const HotLoop&);

}  // namespace bottleneck
