#include "src/analysis/loop_advice.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "src/analysis/words.h"

namespace bottleneck {
namespace {

/// The widest registers of x86-64 (AVX-512). What a narrower CPU lacks makes a bound no less true.
constexpr double widest_bits = 512;
constexpr double nearly_all_lines = 0.95;
/// Of the ceiling: less than this rounds to nothing in the line that says it.
constexpr double worth_saying = 0.01;

/// How often the present traffic fits into what memory gives to one thread.
double room_in_memory(const Profile& profile, const LoopEvidence& evidence) {
  if (evidence.traffic <= 0) return widest_bits;
  return std::max(1.0, memory_ceiling(profile, evidence, 1).bytes_per_s / evidence.traffic);
}

double element_bits(const HotCode& code) {
  double widest = 0;
  for (const Instruction& one : code.body)
    if (one.arithmetic == Arithmetic::scalar_float)
      widest = std::max<double>(widest, one.element_bits);
  return widest > 0 ? widest : 64;
}

std::optional<LoopGain> gain_of_lanes(const Profile& profile, const HotLoop& loop) {
  const LoopEvidence& e = loop.evidence;
  // Steps of more than a line alone say nothing: unrolled loops take several whole lines a round.
  const bool strided = std::any_of(e.streams.begin(), e.streams.end(), [](const Stream& one) {
    return one.coverage < nearly_all_lines;
  });
  if (e.mix.calls > 0 || e.mix.scalar_float_count == 0 || e.chain.through_load || strided)
    return std::nullopt;
  const double bits = element_bits(profile.hot_code.at(static_cast<std::size_t>(loop.code)));
  const double lanes = widest_bits / bits;
  const double room = room_in_memory(profile, e);
  if (room < lanes) return LoopGain{room, "what memory gives to one CPU"};
  return LoopGain{lanes, fmt::format("{:.0f} lanes of {:.0f} bits", lanes, bits)};
}

std::optional<LoopGain> gain_of_issue(const LoopEvidence& e) {
  const double without = std::max({e.mix.instructions / issued_per_cycle, 1.0});
  if (e.chain.cycles <= without) return std::nullopt;
  return LoopGain{e.chain.cycles / without,
                  fmt::format("{:.0f} cycles of the chain over {:.1f} that its instructions need",
                              e.chain.cycles, without)};
}

std::optional<LoopGain> gain_of_sharing(const Profile& profile, const LoopEvidence& e) {
  const int cpus = std::max(1, profile.machine.cpus());
  const Ceiling all = memory_ceiling(profile, e, cpus);
  if (e.traffic <= 0) return LoopGain{static_cast<double>(cpus), fmt::format("{} CPUs", cpus)};
  const double factor = std::min<double>(cpus, all.bytes_per_s / e.traffic);
  return LoopGain{std::max(1.0, factor),
                  fmt::format("{}/s for all CPUs together{}", say_bytes(all.bytes_per_s),
                              all.measured ? ", measured here" : " by published measurements")};
}

void add(std::string& text, const std::string& part) { text += (text.empty() ? "" : "; ") + part; }

}  // namespace

const HotLoop* main_loop(const std::vector<HotLoop>& loops, Kind kind) {
  const HotLoop* hottest = nullptr;
  for (const HotLoop& one : loops)
    if (one.kind == kind.kind && one.detail == kind.detail &&
        (!hottest || one.share > hottest->share))
      hottest = &one;
  return hottest;
}

std::optional<LoopGain> gain_of(const Profile& profile, const HotLoop& loop, Shrink shrink) {
  switch (shrink) {
    case Shrink::lanes:
      return gain_of_lanes(profile, loop);
    case Shrink::issue:
      return gain_of_issue(loop.evidence);
    case Shrink::share_bandwidth:
      return gain_of_sharing(profile, loop.evidence);
    default:
      return LoopGain{};
  }
}

std::string say_loop(const Profile& profile, const HotLoop& loop) {
  const LoopEvidence& e = loop.evidence;
  std::string text;
  const Ceiling alone = memory_ceiling(profile, e, 1);
  if (e.traffic >= worth_saying * alone.bytes_per_s) {
    add(text, alone.measured ? fmt::format("{:.1f} of {:.1f} GB/s that a CPU gets here",
                                           e.traffic * 1e-9, alone.bytes_per_s * 1e-9)
                             : fmt::format("{:.1f} GB/s", e.traffic * 1e-9));
  }
  for (const Irregular& one : e.irregular)
    if (one.strided && std::abs(one.stride) > line_bytes) {
      add(text, fmt::format("stride {:.0f} B", std::abs(one.stride)));
      break;
    }
  if (const double set = largest_set(e); set > 0) add(text, "working set " + say_bytes(set));
  if (loop.detail == Detail::chain && e.chain.cycles > 1)
    add(text, fmt::format("{:.0f} cycles from one step to the next", e.chain.cycles));
  if (loop.kind == Bottleneck::memory_latency && e.seconds_per_access)
    add(text, fmt::format("{:.0f} ns a round", *e.seconds_per_access * 1e9));
  if (e.stall_factor) add(text, fmt::format("stall factor {:.1f}", *e.stall_factor));
  if (e.flops_per_s && *e.flops_per_s > 0)
    add(text, fmt::format("{:.2g} GFLOP/s", *e.flops_per_s * 1e-9));
  if (loop.detail == Detail::vectorized && e.mix.vector_bits > 0)
    add(text, fmt::format("vectors of {} bits", e.mix.vector_bits));
  return text;
}

}  // namespace bottleneck
