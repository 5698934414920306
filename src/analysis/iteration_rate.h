// Iterations of a hot loop per CPU-second, from the registers that each iteration advances by a
// constant; or why it cannot be told. Fills LoopEvidence::iterations_per_s. A false rate is worse
// than none: pace.h guards, and what no core can do is refused here.
#pragma once

#include <optional>
#include <string>

#include "src/analysis/loop_evidence.h"
#include "src/analysis/tracks.h"

namespace bottleneck {

struct IterationRate {
  std::optional<double> per_s;
  std::string why_none;  ///< "not measurable: ..."
};

IterationRate measure_rate(const HotCode&, const LoopShape&, const Rounds&, const Mix&,
                           const CoreLimits&);

}  // namespace bottleneck
