// The longest chain of dependences that goes around a loop: what an iteration takes at least
// however wide the core is. Fills LoopEvidence::chain. It counts latencies of instructions and of
// loads from L1; what memory adds is the stall factor's matter.
#pragma once

#include "src/analysis/loop_evidence.h"
#include "src/analysis/loop_shape.h"

namespace bottleneck {

/// Nothing for code that is no loop.
Chain find_chain(const HotCode&, const LoopShape&);

}  // namespace bottleneck
