// What of the machine a hot loop is held against: its clock and where its caches end, measured
// where `bottleneck machine` has run, told by /sys or published otherwise. Its place: below
// everything that speaks of cycles, lines and working sets. Ceilings of memory stand in
// hot_loops.h.
#pragma once

#include "src/core/profile.h"

namespace bottleneck {

/// Of a cache line, in bytes: all x86-64 so far.
inline constexpr double line_bytes = 64;
/// Instructions that cores of the last ten years sustain per cycle, between their width and what
/// compilers' code reaches. Source: research/pmuless.md section 3.
inline constexpr double issued_per_cycle = 4.5;
/// The share of the latency of memory from which on a load costs what memory does: caches lie a
/// factor of two and more below it (research/prediction.md section 8, the ladder).
inline constexpr double costs_as_memory = 0.7;

struct CoreLimits {
  double clock_hz = 0;  ///< 0 unknown: nothing in cycles is said
  double l2_bytes = 1e6;
  /// The working set from which on a load costs what memory does. Where the ladder of latencies was
  /// not measured: shared caches tell more than a virtual machine gets, so as if it were 32 MB
  /// (research/pmuless.md section 10).
  double memory_bytes = 32e6;
};

CoreLimits limits_of(const Profile&);

}  // namespace bottleneck
