// The two clocks of a polling probe: time since exec for what it sees, and the CPU time that it
// spends itself, so that it can stop in time. Used by the probes io, memory and load.
#pragma once

#include <chrono>
#include <cstdint>

namespace bottleneck {

/// How often the tree is looked at: ten looks in the second, as fine as tick-based CPU times (10
/// ms) are useful.
inline constexpr std::chrono::milliseconds poll_interval{100};

/// CPU time that one tick of a probe may take; with ten ticks 1 % of a CPU at worst, for trees of
/// many processes.
inline constexpr double most_tick_cpu_s = 0.001;

/// Units: ns of CLOCK_MONOTONIC.
std::int64_t now_ns();
/// CPU seconds of the calling thread.
double own_cpu_s();

/// Seconds since exec. Before exec is known it stands at 0.
class PollClock {
 public:
  void start(std::int64_t ns) { start_ns_ = ns; }
  bool started() const { return start_ns_ > 0; }
  double at(std::int64_t ns) const {
    return started() && ns > start_ns_ ? 1e-9 * static_cast<double>(ns - start_ns_) : 0;
  }
  double now() const { return at(now_ns()); }

 private:
  std::int64_t start_ns_ = 0;
};

}  // namespace bottleneck
