// How each device's own time was spent: exclusive shares of its window, counts, bandwidths
// (research/gpu.md 5.2). Its place: from the activity of devices to the Report; the accounting of
// wall-clock time is gpu_accounting's.
#pragma once

#include <vector>

#include "src/analysis/gpu_activity.h"
#include "src/core/gpu_use.h"

namespace bottleneck {

/// For each device that did anything. Shares sum to 1.
std::vector<GpuUse> measure_gpu_use(const Profile&, const std::vector<GpuActivity>&);

}  // namespace bottleneck
