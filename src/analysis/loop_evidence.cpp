#include "src/analysis/loop_evidence.h"

#include <algorithm>

#include "src/analysis/chains.h"
#include "src/analysis/footprint.h"
#include "src/analysis/instruction_mix.h"
#include "src/analysis/iteration_rate.h"
#include "src/analysis/streams.h"
#include "src/analysis/tracks.h"

namespace bottleneck {
namespace {

bool waits_for_load(const HotCode& code, const LoopShape& shape, const RegisterSample& sample) {
  const int before = shape.before[static_cast<std::size_t>(sample.at)];
  if (before < 0) return false;
  const Instruction& one = code.body[static_cast<std::size_t>(before)];
  return !one.prefetches && std::any_of(one.memory.begin(), one.memory.end(),
                                        [](const MemoryOperand& memory) { return memory.load; });
}

/// The addresses that samples waited for, whichever load it was, and whether most of them belong
/// to a steady sweep.
void judge_waits(const HotCode& code, const LoopShape& shape, const Rounds& rounds,
                 const std::vector<bool>& steady, LoopEvidence& evidence) {
  Values waited(code.samples.size(), 0);
  double loads = 0, known = 0, sweeping = 0;
  for (std::size_t i = 0; i < code.samples.size(); ++i) {
    if (!waits_for_load(code, shape, code.samples[i])) continue;
    ++loads;
    const int before = shape.before[static_cast<std::size_t>(code.samples[i].at)];
    for (std::size_t k = 0; k < rounds.tracks.size(); ++k) {
      const Track& track = rounds.tracks[k];
      if (track.instruction != before || !track.memory(code).load) continue;
      if (track.addresses[i] == 0 || waited[i] != 0) continue;
      waited[i] = track.addresses[i];
      ++known;
      sweeping += steady[k];
    }
  }
  if (loads > 0) evidence.after_load_known = known / loads;
  evidence.after_load_steady = known > 0 && sweeping > known / 2;
  evidence.after_load_spread = measure_footprint(code.samples, waited).spread;
}

/// What follows from the rate. Loops inside and calls take time that is not this loop's own.
void derive_speeds(const CoreLimits& limits, bool own_time, LoopEvidence& evidence) {
  if (!evidence.iterations_per_s) return;
  const double rate = *evidence.iterations_per_s;
  const bool jumps = std::any_of(evidence.irregular.begin(), evidence.irregular.end(),
                                 [](const Irregular& one) { return one.stride == 0; });
  if (!own_time) return;
  if (evidence.chain.through_load || jumps) evidence.seconds_per_access = 1 / rate;
  if (evidence.mix.flops > 0) evidence.flops_per_s = rate * evidence.mix.flops;
  if (limits.clock_hz <= 0) return;
  evidence.instructions_per_cycle = rate * evidence.mix.instructions / limits.clock_hz;
  evidence.stall_factor = limits.clock_hz / rate / evidence.least_cycles;
}

}  // namespace

LoopEvidence examine(const HotCode& code, const CoreLimits& limits) {
  LoopEvidence evidence;
  evidence.samples = code.samples.size();
  if (code.body.empty()) {
    evidence.why_no_rate = "not measurable: there is no code";
    return evidence;
  }
  const LoopShape shape = outline(code);
  evidence.mix = count_mix(code, shape);
  evidence.chain = find_chain(code, shape);
  evidence.least_cycles = least_cycles(evidence.mix, evidence.chain);
  const Rounds rounds = follow_samples(code, shape);
  Sweeps sweeps = find_sweeps(code, rounds);
  evidence.streams = std::move(sweeps.streams);
  evidence.irregular = std::move(sweeps.irregular);
  add_traffic(limits, evidence);
  judge_waits(code, shape, rounds, sweeps.steady, evidence);
  IterationRate rate = measure_rate(code, shape, rounds, evidence.mix, limits);
  evidence.iterations_per_s = rate.per_s;
  evidence.why_no_rate = std::move(rate.why_none);
  derive_speeds(limits, code.loop && !shape.inner_loops && !shape.calls, evidence);
  return evidence;
}

}  // namespace bottleneck
