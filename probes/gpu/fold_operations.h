// Makes a long list of operations short (gpu_most_operations): neighbours alike of one stream
// become one row with their count and their sums, so that the totals stay exact. What was between
// them is no longer seen.
#pragma once

#include <cstddef>
#include <vector>

#include "src/core/gpu.h"

namespace bottleneck::gpu {

/// Sorts by start, and folds if there are more than `most`. Rows that are folded already may be
/// folded again.
void fold_operations(std::vector<GpuOperation>&, std::size_t most);

}  // namespace bottleneck::gpu
