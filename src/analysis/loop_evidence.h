// Examines a hot loop: from a HotCode alone (core/hot_code.h) and the machine's limits to
// LoopEvidence (core/loop_evidence.h). Its place: before the rules table, which turns it into a
// class. It never looks at names.
#pragma once

#include "src/core/hot_code.h"
#include "src/core/loop_evidence.h"

namespace bottleneck {

/// What of the machine it is held against.
struct CoreLimits {
  double clock_hz = 0;  ///< 0 unknown: nothing in cycles is said
  double l2_bytes = 1e6;
  /// The working set from which on a load costs what memory does. Shared caches tell more than a
  /// virtual machine gets: behave as if it were 32 MB (research/pmuless.md section 10).
  double memory_bytes = 32e6;
};

/// Errors: none; a body of nothing, or too few samples, gives evidence of nothing.
LoopEvidence examine(const HotCode&, const CoreLimits&);

}  // namespace bottleneck
