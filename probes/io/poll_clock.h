// When a polling probe looks, for how long at most, and the time since exec of what it sees. Used
// by the probes io, memory, machine and load; the clocks themselves are probes/clock.h.
#pragma once

#include <chrono>
#include <cstdint>

#include "probes/clock.h"

namespace bottleneck {

/// How often the tree is looked at: ten looks in the second, as fine as tick-based CPU times (10
/// ms) are useful.
inline constexpr std::chrono::milliseconds poll_interval{100};

/// CPU time that one tick of a probe may take; with ten ticks 1 % of a CPU at worst, for trees of
/// many processes.
inline constexpr double most_tick_cpu_s = 0.001;
/// CPU seconds of the calling thread.
inline double own_cpu_s() { return seconds(thread_cpu_ns()); }

/// Seconds since exec. Before exec is known it stands at 0.
class PollClock {
 public:
  void start(std::int64_t ns) { start_ns_ = ns; }
  bool started() const { return start_ns_ > 0; }
  double at(std::int64_t ns) const {
    return started() && ns > start_ns_ ? seconds(ns - start_ns_) : 0;
  }
  double now() const { return at(monotonic_ns()); }

 private:
  std::int64_t start_ns_ = 0;
};

}  // namespace bottleneck
