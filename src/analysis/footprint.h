// How much memory a set of sampled addresses covers. Below streams.h and loop_evidence.h; it knows
// neither code nor time.
#pragma once

#include <vector>

#include "src/analysis/pace.h"
#include "src/core/hot_code.h"

namespace bottleneck {

struct Footprint {
  std::size_t known = 0;  ///< addresses it rests on
  std::uint64_t low = 0;  ///< 2nd and 98th percentile, in the thread with most of them
  std::uint64_t high = 0;
  double spread = 0;  ///< bytes from low to high without the holes, in that thread
  double set = 0;     ///< the same, or what coincidences of pages say where they say enough
};

/// Threads may be of different processes, whose addresses say nothing of each other: of one thread.
Footprint measure_footprint(const std::vector<RegisterSample>&, const Values&);

}  // namespace bottleneck
