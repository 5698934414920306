// What the loop around a hot loop adds to its registers each time: from the decoded function alone.
// Part of hot_code.h. It follows nothing: a register that is written once, by a constant, steps.
#pragma once

#include <vector>

#include "probes/code/hot_loops.h"
#include "src/core/hot_code.h"

namespace bottleneck::sched {

/// Empty where there is no loop around it, or that one does much else: calls, other loops, more
/// than a few instructions.
std::vector<OuterStep> find_outer_steps(const DecodedFunction&, int loop);

}  // namespace bottleneck::sched
