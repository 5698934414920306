#include "src/analysis/loop_advice.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "src/analysis/core_limits.h"
#include "src/analysis/words.h"

namespace bottleneck {
namespace {

/// Of the ceiling: less than this rounds to nothing in the line that says it.
constexpr double worth_saying = 0.01;

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
