#include "src/analysis/loop_evidence.h"

#include <algorithm>
#include <cmath>

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

/// Rows of a stencil and the like pass over the same memory: its lines come once.
bool is_same_range(const Irregular& a, const Irregular& b) {
  constexpr double same = 0.95;
  const double overlap =
      static_cast<double>(std::min(a.high, b.high)) - static_cast<double>(std::max(a.low, b.low));
  const double longer = static_cast<double>(std::max(a.high - a.low, b.high - b.low));
  return overlap > same * longer;
}

/// Operands that step on by less than a line, but start anew too often for their speed to be seen
/// (rows of a table): with the loop's rate they are streams after all.
void take_short_sweeps(const HotCode& code, LoopEvidence& evidence) {
  if (!evidence.iterations_per_s) return;
  std::vector<Irregular> swept;
  std::erase_if(evidence.irregular, [&](const Irregular& one) {
    const bool sweeps = one.stride != 0 && std::abs(one.stride) <= line_bytes;
    if (sweeps) swept.push_back(one);
    return sweeps;
  });
  std::vector<Stream> streams(swept.size());
  for (std::size_t i = 0; i < swept.size(); ++i) {
    const auto before =
        std::find_if(swept.begin(), swept.begin() + static_cast<std::ptrdiff_t>(i),
                     [&](const Irregular& one) { return is_same_range(one, swept[i]); });
    Stream& stream = streams[static_cast<std::size_t>(before - swept.begin())];
    const Instruction& user = code.body[static_cast<std::size_t>(swept[i].instruction)];
    for (const MemoryOperand& memory : user.memory) {
      stream.stores = stream.stores || memory.store;
      stream.loads = stream.loads || memory.load;
    }
    stream.non_temporal = stream.non_temporal || user.non_temporal;
    stream.instructions.push_back(swept[i].instruction);
    stream.stride = swept[i].stride;
    stream.spread = swept[i].set_bytes;
    stream.bytes_per_s = *evidence.iterations_per_s * std::abs(stream.stride);
    stream.traffic = stream.bytes_per_s * (stream.stores && !stream.non_temporal ? 2 : 1);
  }
  for (Stream& stream : streams)
    if (!stream.instructions.empty()) evidence.streams.push_back(std::move(stream));
  std::stable_sort(evidence.streams.begin(), evidence.streams.end(),
                   [](const Stream& a, const Stream& b) { return a.bytes_per_s > b.bytes_per_s; });
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
  judge_waits(code, shape, rounds, sweeps.steady, evidence);
  IterationRate rate = measure_rate(code, shape, rounds, evidence.mix, limits);
  evidence.iterations_per_s = rate.per_s;
  evidence.why_no_rate = std::move(rate.why_none);
  take_short_sweeps(code, evidence);
  add_traffic(limits, evidence);
  derive_speeds(limits, code.loop && !shape.inner_loops && !shape.calls, evidence);
  return evidence;
}

}  // namespace bottleneck
