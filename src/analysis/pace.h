// How fast a value that samples carry (a register, an address) advances per second, and whether
// that may be believed: a sweep that restarts between two samples gives any speed at all, and a
// false rate is worse than none. Below the streams and the iteration rate of loop_evidence.h. It
// knows nothing of code.
#pragma once

#include <cstdint>
#include <vector>

#include "src/core/hot_code.h"

namespace bottleneck {

/// A value by sample, in the order of HotCode::samples; 0 where it is not known.
using Values = std::vector<std::uint64_t>;

struct Pace {
  enum class State { believed, too_few, unsteady, disagreeing };
  State state = State::too_few;
  double per_s = 0;   ///< signed; set where believed
  double steady = 0;  ///< share of pairs within the tolerance of the median
  std::size_t pairs = 0;
};

/// The guard of research/pmuless.md 2.4, for machines that others share: either most pairs are
/// alike, or nearly all advance in one direction by far less than a sweep; at two sampling rates
/// where there are two. Sweeps of less than three intervals between samples are refused, but for
/// those that the bursts show and the other samples confirm.
Pace measure_pace(const std::vector<RegisterSample>&, const Values&);

}  // namespace bottleneck
