// The conditions of the rules table's rows for hot code: what the evidence of a loop (hot_loops.h)
// must say for its time to be one class. Pure predicates with named thresholds; the order in which
// they are asked stands in rules.cpp. It looks at no names.
#pragma once

#include "src/analysis/hot_loops.h"
#include "src/analysis/rules.h"

namespace bottleneck {

/// Samples with registers below which a loop says nothing. Source: confidence.h, +-18 points.
inline constexpr std::size_t few_loop_samples = 30;
/// Cycles per iteration over the static minimum from which on the loop waits. Source: DESIGN
/// section 4 (2.2), pmuless.md section 3: compute 1.0 to 1.1, memory 3.6 to 32.
inline constexpr double stalled = 2.2;
/// Of the ceiling of its access mix. Source: pmuless.md section 9.6.
inline constexpr double near_ceiling = 0.55;
inline constexpr double part_of_ceiling = 0.2;
/// Samples right after a load, where no stall factor is known. Source: DESIGN section 4.
inline constexpr double mostly_after_loads = 0.7;
/// ... whose addresses cover so many L2 caches. Source: DESIGN section 4.
inline constexpr double far_more_than_l2 = 4;
/// Samples on or after a division. Source: pmuless.md section 9.6.
inline constexpr double mostly_divides = 0.3;
/// A chain explains an iteration from this share of its least cycles on: it is what sets them.
inline constexpr double chain_sets_pace = 0.99;
/// ... and is longer than the instructions take to issue by this factor (a choice).
inline constexpr double chain_over_issue = 1.5;
/// Conditional branches per instruction of branchy code. Source: a choice: integer benchmarks have
/// one in five to eight, loops of arithmetic one in ten and less (Hennessy and Patterson, A.3).
inline constexpr double branchy_share = 0.15;

bool has_evidence(const LoopFacts&);
bool is_interpreted(const LoopFacts&);
bool is_unoptimized(const LoopFacts&);
bool chases_pointers(const LoopFacts&);     ///< memory_latency, dependent
bool streams_at_ceiling(const LoopFacts&);  ///< memory_bandwidth, stream
bool streams_stalled(const LoopFacts&);
bool touches_parts_of_lines(const LoopFacts&);
bool jumps_through_memory(const LoopFacts&);  ///< memory_latency, random
bool walks_columns(const LoopFacts&);         ///< memory_latency, strided
bool waits_after_loads(const LoopFacts&);     ///< without a stall factor
bool waits_after_loads_of_sweeps(const LoopFacts&);
bool divides_mostly(const LoopFacts&);
bool hangs_on_chain(const LoopFacts&);
bool is_vectorized(const LoopFacts&);
bool is_scalar(const LoopFacts&);
bool is_branchy(const LoopFacts&);
/// Nothing speaks for memory: only then is it the core that limits.
bool stays_in_cache(const LoopFacts&);

Confidence sureness_of(const LoopFacts&, Kind);

}  // namespace bottleneck
