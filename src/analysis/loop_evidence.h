// Examines a hot loop: from a HotCode alone (core/hot_code.h) and the machine's limits to
// LoopEvidence (core/loop_evidence.h). Its place: before the rules table, which turns it into a
// class. It never looks at names.
#pragma once

#include "src/analysis/core_limits.h"
#include "src/core/hot_code.h"
#include "src/core/loop_evidence.h"

namespace bottleneck {

/// Errors: none; a body of nothing, or too few samples, gives evidence of nothing.
LoopEvidence examine(const HotCode&, const CoreLimits&);

}  // namespace bottleneck
