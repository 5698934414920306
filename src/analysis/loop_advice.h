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

/// The factor by which the loop's own time can shrink at most, and what sets it; nothing where the
/// row does not fit this loop ("vectorize" with a call inside).
struct LoopGain {
  double factor = 1;
  std::string because;
};
std::optional<LoopGain> gain_of(const Profile&, const HotLoop&, Shrink);

/// "stride 8000 B; working set 8.0 MB; stall factor 4.1": what was measured of it.
std::string say_loop(const Profile&, const HotLoop&);

}  // namespace bottleneck
