// Iterations per second of a loop that is too short to be followed from sample to sample: how often
// it is started, from a register that the loop around it advances, times how long a trip is, from
// the bound that its counter is compared with. Beside iteration_rate.h, which asks here last. A
// false rate is worse than none: trips must be of one length, and samples spread evenly over them.
#pragma once

#include <optional>

#include "src/analysis/tracks.h"

namespace bottleneck {

/// Per CPU-second. Nothing where the loop around it is not known (HotCode::outer_steps), its
/// register does not advance steadily, or trips differ in length.
std::optional<double> rate_by_trips(const HotCode&, const Rounds&);

}  // namespace bottleneck
