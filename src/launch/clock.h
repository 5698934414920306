// The one clock of a run: CLOCK_MONOTONIC, the clock that the perf rings are told to use too.
#pragma once

#include <cstdint>

#include <time.h>

namespace bottleneck {

inline std::int64_t monotonic_ns() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * std::int64_t{1'000'000'000} + now.tv_nsec;
}

inline double seconds(std::int64_t ns) { return static_cast<double>(ns) * 1e-9; }

}  // namespace bottleneck
