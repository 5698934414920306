// The one clock of a run: CLOCK_MONOTONIC, the clock that the perf rings are told to use too; and
// the one of our own cost. Nothing here waits. When a polling probe stops is io/poll_clock.h.
#pragma once

#include <cstdint>

#include <time.h>

namespace bottleneck {

inline std::int64_t clock_ns(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return now.tv_sec * std::int64_t{1'000'000'000} + now.tv_nsec;
}

inline std::int64_t monotonic_ns() { return clock_ns(CLOCK_MONOTONIC); }

/// What something cost us, however busy the machine was meanwhile.
inline std::int64_t thread_cpu_ns() { return clock_ns(CLOCK_THREAD_CPUTIME_ID); }

inline double seconds(std::int64_t ns) { return static_cast<double>(ns) * 1e-9; }

}  // namespace bottleneck
