// Which operands of a hot loop sweep through memory, how fast, and which do not advance steadily:
// from their addresses at the samples (tracks.h). Fills LoopEvidence::streams, ::irregular and the
// traffic. A sweep counts once however many operands take part.
#pragma once

#include <vector>

#include "src/analysis/loop_evidence.h"
#include "src/analysis/tracks.h"

namespace bottleneck {

struct Sweeps {
  std::vector<Stream> streams;
  std::vector<Irregular> irregular;
  std::vector<bool> steady;  ///< by track: it belongs to a stream
};

Sweeps find_sweeps(const HotCode&, const Rounds&);

/// Adds up what the streams move through the memory bus.
void add_traffic(const CoreLimits&, LoopEvidence&);

}  // namespace bottleneck
