// The work of gpu-add, whoever does it: what is added, how often, and how the sum is told. Shared
// by the program and its parts for CUDA and OpenCL.
#pragma once

#include <cstddef>

#include "workloads/harness/harness.h"

namespace gpu_add {

/// Of the whole operation in one run: inputs out, sum back. Enough of them that starting a driver
/// is a small part.
inline constexpr int rounds = 32;
inline constexpr std::size_t floats_per_mb = (1 << 20) / sizeof(float);

inline std::size_t count_of(const workload::Setting& setting) {
  return setting.size * floats_per_mb;
}

/// Whole numbers, so that every order of adding gives the same.
inline void fill(float* a, float* b, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    a[i] = static_cast<float>(i & 1023);
    b[i] = static_cast<float>(i & 511);
  }
}

/// Of some elements: all of them would be a pass more.
inline double sum_up(const float* out, std::size_t count) {
  double sum = 0;
  for (std::size_t i = 0; i < count; i += 4099) sum += static_cast<double>(out[i]);
  return sum + static_cast<double>(out[count - 1]);
}

/// `sums`: of what came back in all rounds, or of the last one where only that comes back.
inline workload::Result tell(double sum) { return {"checksum", {sum}}; }

}  // namespace gpu_add
