// What a hot loop is made of: counts per iteration, and samples by what the CPU was doing, with the
// skid of one instruction taken into account. Fills LoopEvidence::mix. It knows no addresses.
#pragma once

#include "src/analysis/loop_evidence.h"
#include "src/analysis/loop_shape.h"

namespace bottleneck {

Mix count_mix(const HotCode&, const LoopShape&);

/// The static minimum of cycles per iteration: what the width of the core, its load and store
/// units, its divider and the chain allow.
double least_cycles(const Mix&, const Chain&);

}  // namespace bottleneck
