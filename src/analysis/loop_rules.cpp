#include "src/analysis/loop_rules.h"

#include <algorithm>

#include "src/analysis/coverage.h"

namespace bottleneck {
namespace {

double largest_set(const LoopEvidence& evidence, bool strided) {
  double largest = 0;
  for (const Irregular& one : evidence.irregular)
    if (one.strided == strided) largest = std::max(largest, one.set_bytes);
  return largest;
}

bool stalls(const LoopFacts& f) { return f.evidence.stall_factor.value_or(0) > stalled; }

/// Waiting is seen: in cycles where they are known, else by where the samples are.
bool waits(const LoopFacts& f) {
  if (f.evidence.stall_factor) return stalls(f);
  return f.evidence.mix.after_load > mostly_after_loads;
}

}  // namespace

bool has_evidence(const LoopFacts& f) {
  return f.evidence.samples >= few_loop_samples && f.evidence.mix.instructions > 0;
}

bool is_interpreted(const LoopFacts& f) { return f.interpreted; }

bool is_unoptimized(const LoopFacts& f) { return f.evidence.mix.unoptimized; }

bool chases_pointers(const LoopFacts& f) {
  if (!f.evidence.chain.through_load || !waits(f)) return false;
  const double set = largest_set(f.evidence);
  return set > f.core.l2_bytes || widest_sweep(f.evidence) > 2 * f.core.l2_bytes;
}

bool streams_at_ceiling(const LoopFacts& f) { return f.traffic_share() > near_ceiling; }

bool streams_stalled(const LoopFacts& f) {
  return stalls(f) && widest_sweep(f.evidence) > 2 * f.core.l2_bytes &&
         f.traffic_share() > part_of_ceiling &&
         largest_set(f.evidence, false) <= f.core.memory_bytes &&
         largest_set(f.evidence, true) <= f.core.l2_bytes;
}

bool touches_parts_of_lines(const LoopFacts& f) {
  // Steps of more than a line alone say nothing: unrolled loops take several whole lines a round.
  return std::any_of(f.evidence.streams.begin(), f.evidence.streams.end(), [&](const Stream& one) {
    return one.spread > 2 * f.core.l2_bytes && one.coverage < nearly_all_lines &&
           one.traffic > f.evidence.traffic / 2;
  });
}

bool jumps_through_memory(const LoopFacts& f) {
  const double set = largest_set(f.evidence, false);
  if (set > f.core.memory_bytes) return waits(f);
  return set > 2 * f.core.l2_bytes && stalls(f);
}

bool walks_columns(const LoopFacts& f) {
  return largest_set(f.evidence, true) > f.core.l2_bytes && waits(f);
}

bool waits_after_loads(const LoopFacts& f) {
  return !f.evidence.stall_factor && f.evidence.mix.after_load > mostly_after_loads &&
         f.evidence.after_load_spread > far_more_than_l2 * f.core.l2_bytes;
}

bool waits_after_loads_of_sweeps(const LoopFacts& f) {
  return waits_after_loads(f) && f.evidence.after_load_steady;
}

bool divides_mostly(const LoopFacts& f) { return f.evidence.mix.divide > mostly_divides; }

bool hangs_on_chain(const LoopFacts& f) {
  const LoopEvidence& e = f.evidence;
  return f.loop && e.chain.cycles >= chain_sets_pace * e.least_cycles &&
         e.chain.cycles > chain_over_issue * e.mix.instructions / issued_per_cycle &&
         e.mix.calls == 0;
}

bool is_vectorized(const LoopFacts& f) {
  const Mix& mix = f.evidence.mix;
  const double packed = mix.packed_float + mix.packed_integer;
  return packed > mix.scalar_float && packed > 0 &&
         mix.packed_float_count + mix.packed_integer_count > 0 && packed >= mix.integer;
}

bool is_scalar(const LoopFacts& f) {
  return f.evidence.mix.scalar_float_count > 0 && f.evidence.mix.scalar_float > 0;
}

bool is_branchy(const LoopFacts& f) {
  const Mix& mix = f.evidence.mix;
  return mix.instructions > 0 && mix.branches >= branchy_share * mix.instructions;
}

bool stays_in_cache(const LoopFacts& f) {
  const LoopEvidence& e = f.evidence;
  if (e.stall_factor) return *e.stall_factor <= stalled || e.traffic <= 0;
  const double largest = largest_set(e);
  return e.mix.after_load <= mostly_after_loads ||
         (largest <= f.core.l2_bytes && widest_sweep(e) <= 2 * f.core.l2_bytes &&
          e.after_load_spread <= 2 * f.core.l2_bytes);
}

Confidence sureness_of(const LoopFacts& f, Kind kind) {
  if (!has_evidence(f) || kind.detail == Detail::unsplit) return Confidence::weak;
  const bool memory =
      kind.kind == Bottleneck::memory_bandwidth || kind.kind == Bottleneck::memory_latency;
  if (memory && !f.evidence.stall_factor) return Confidence::fair;
  if (kind.kind == Bottleneck::memory_bandwidth && !f.ceiling_measured) return Confidence::fair;
  return f.evidence.samples >= 200 ? Confidence::strong : Confidence::fair;
}

}  // namespace bottleneck
