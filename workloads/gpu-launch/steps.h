// The work of gpu-launch, whoever does it: a small array that grows by 1 in each of many steps.
// Shared by the program and its parts for CUDA and OpenCL.
#pragma once

#include <cstddef>
#include <vector>

#include "workloads/harness/harness.h"

namespace gpu_launch {

/// Of one round, after which the host waits for the device.
inline constexpr int steps = 20'000;
/// So few that a kernel takes less time than its launch.
inline constexpr std::size_t elements = 256;

/// 1 is added `steps` times in each round: exact up to 2^24 in a float.
inline workload::Result tell(const std::vector<float>& values) {
  double sum = 0;
  for (const float one : values) sum += static_cast<double>(one);
  return {"sum", {sum}};
}

}  // namespace gpu_launch
