// The models of loop_advice.h's gain_of: one function for each way in which a loop's time shrinks.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "src/analysis/core_limits.h"
#include "src/analysis/coverage.h"
#include "src/analysis/loop_advice.h"
#include "src/analysis/predict.h"
#include "src/analysis/words.h"
#include "src/core/stats.h"

namespace bottleneck {
namespace {

/// Of the lanes, what compilers' code reaches: contiguous maps 0.6, reductions 0.55; of the issue
/// width after a chain is broken, the same. Source: research/prediction.md section 4.2.
constexpr double lane_efficiency = 0.6;
/// Of what a core can issue, what an ordinary inner loop without chain and stall reaches: IPC 3.6
/// of 4.5 (research/pmuless.md section 3, compute kernels 1.0 to 1.1 of the least cycles, with
/// branch).
constexpr double issue_efficiency = 0.8;
/// Chains side by side that advice speaks of, and the share of their gain that is left after what
/// they cost. Source: research/prediction.md section 1: 8 chains 5.5 to 10 times.
constexpr double chains_advised = 8;
/// Of 4 kB pages that address translation keeps at hand: 1536 to 3072 entries of the second level
/// on cores since 2015; a larger set with huge pages 1.2 to 1.5 times. Source: section 4.5,
/// measured.
constexpr double translated_bytes = 2048 * 4096.0;
constexpr double with_huge_pages = 1.34, spread_huge_pages = 0.1;
/// Bytes moved over the bytes that they are: below it nothing is passed over twice.
constexpr double used_again = 2;

double element_bits(const HotCode& code) {
  double widest = 0;
  for (const Instruction& one : code.body)
    if (one.arithmetic == Arithmetic::scalar_float)
      widest = std::max<double>(widest, one.element_bits);
  return widest > 0 ? widest : 64;
}

/// Of this machine where its ceilings were measured; else what servers and laptops have had since
/// 2015.
double vector_bits(const Profile& profile) {
  if (value_of(profile.ceilings, "compute.flops_f32_avx512_1")) return 512;
  if (value_of(profile.ceilings, "compute.flops_f32_avx2_1")) return 256;
  if (value_of(profile.ceilings, "compute.flops_f32_sse_1")) return 128;
  return 256;
}

/// Of the cache that holds `bytes`, to one thread; 0: not measured.
double cache_rate(const Profile& profile, double bytes) {
  const CoreLimits core = limits_of(profile);
  constexpr double l1_bytes = 32e3;  // 32 to 48 kB on all x86-64 servers of the last ten years
  const char* level = bytes <= l1_bytes        ? "memory.read_l1_1"
                      : bytes <= core.l2_bytes ? "memory.read_l2_1"
                                               : "memory.read_l3_1";
  return value_of(profile.ceilings, level).value_or(0);
}

/// How often the present traffic fits into what the level that it comes from gives to one thread.
double room(const Profile& profile, const LoopEvidence& e) {
  if (e.traffic > 0) return std::max(1.0, memory_ceiling(profile, e, 1).bytes_per_s / e.traffic);
  double rate = 0;
  for (const Stream& one : e.streams) rate += one.bytes_per_s;
  const double most = cache_rate(profile, widest_sweep(e));
  return rate > 0 && most > 0 ? std::max(1.0, most / rate) : 1e9;
}

bool sets_pace(const LoopEvidence& e) {
  return e.mix.instructions > 0 && e.chain.cycles > e.mix.instructions / issued_per_cycle;
}

/// Each round needs the one before and its result is kept: neither lanes nor threads can share it.
bool recurs(const LoopEvidence& e) { return e.chain.stored && sets_pace(e); }

LoopGain limited(double factor, double most, double spread, std::string because) {
  most = std::max(1.0, most);
  return {std::clamp(factor, 1.0, most), most, spread, true, std::move(because), 0};
}

/// One of two outcomes, nobody knows which: the middle of both, and a spread that holds both as far
/// as one standard deviation beyond what each alone has.
LoopGain limited_between(double low, double high, double most, std::string because) {
  const double half = std::log(std::max(low, high) / low) / 2;
  return limited(std::sqrt(low * std::max(low, high)), most, std::hypot(spread_vectorize, half),
                 std::move(because));
}

std::string say_ratio(double factor) { return fmt::format("{:.1f}x", factor); }

std::optional<LoopGain> gain_of_lanes(const Profile& profile, const HotLoop& loop) {
  const LoopEvidence& e = loop.evidence;
  // Steps of more than a line alone say nothing: unrolled loops take several whole lines a round.
  const bool strided = std::any_of(e.streams.begin(), e.streams.end(), [](const Stream& one) {
    return one.coverage < nearly_all_lines;
  });
  // Only what steps across lines: rows too short for a sample look irregular, and are not.
  const bool jumps = std::any_of(e.irregular.begin(), e.irregular.end(),
                                 [](const Irregular& one) { return one.strided; });
  if (e.mix.calls > 0 || e.mix.scalar_float_count == 0 || e.chain.through_load || recurs(e) ||
      strided || jumps)
    return std::nullopt;
  const double bits = element_bits(profile.hot_code.at(static_cast<std::size_t>(loop.code)));
  const double lanes = vector_bits(profile) / bits;
  const double fits = room(profile, e);
  if (sets_pace(e)) {
    // A step of the chain takes as long for a whole vector as for one number: as many times as
    // lanes, if one vector carries the chain on. Where lanes are steps of different chains the
    // chain goes, too: then what can be issued is the limit. Nothing in the profile tells which.
    const double most = lanes * e.chain.cycles * issued_per_cycle / e.mix.instructions;
    const double without = std::max(lanes, most * issue_efficiency);
    return limited_between(
        std::min(lanes, fits), std::min(without, fits), std::min(most, fits),
        fmt::format("{:.0f} lanes of {:.0f} bits, {} with the chain and {} without it", lanes, bits,
                    say_ratio(std::min(lanes, fits)), say_ratio(std::min(without, fits))));
  }
  if (fits < lanes * lane_efficiency)
    return limited(fits, fits, spread_vectorize / 2, "what memory gives to one CPU");
  return limited(lanes * lane_efficiency, std::min(lanes, fits), spread_vectorize,
                 fmt::format("{:.0f} lanes of {:.0f} bits, of which code reaches {:.0f} %", lanes,
                             bits, 100 * lane_efficiency));
}

std::optional<LoopGain> gain_of_issue(const Profile& profile, const LoopEvidence& e) {
  if (e.chain.through_load || recurs(e)) return std::nullopt;
  const double without = std::max({e.mix.instructions / issued_per_cycle, 1.0});
  if (e.chain.cycles <= without) return std::nullopt;
  const double most = std::min(e.chain.cycles / without, room(profile, e));
  return limited(most * lane_efficiency, most, spread_vectorize,
                 fmt::format("{:.0f} cycles of the chain over {:.1f} that its instructions need",
                             e.chain.cycles, without));
}

/// With the interval of its measurement.
std::optional<Quantity> ceiling_of(const Profile& profile, std::string_view name) {
  for (const Measurement& one : profile.ceilings)
    if (const auto* figure = std::get_if<Quantity>(&one.result); figure && one.name == name)
      return *figure;
  return std::nullopt;
}

/// kappa of compute: what the CPUs together do over what one does.
Quantity cores_of(const Profile& profile, int cpus) {
  const auto all = static_cast<double>(cpus);
  return ceiling_of(profile, fmt::format("kappa.compute_{}", cpus))
      .value_or(Quantity{all, all, all, Unit::ratio});
}

/// Of ln, from an interval of 90 %.
double deviation_of(const Quantity& figure) {
  if (figure.low <= 0 || figure.high <= figure.low) return 0;
  return std::log(figure.high / figure.low) / 2 / normal_90;
}

std::optional<LoopGain> gain_of_sharing(const Profile& profile, const LoopEvidence& e) {
  if (recurs(e)) return std::nullopt;
  const int cpus = std::max(1, profile.machine.cpus());
  const Quantity cores = cores_of(profile, cpus);
  const double most = std::clamp(cores.value, 1.0, static_cast<double>(cpus));
  if (e.traffic > 0) {
    const Ceiling all = memory_ceiling(profile, e, cpus);
    if (const double fits = all.bytes_per_s / e.traffic; fits < most)
      return limited(std::max(1.0, fits), cpus, spread_parallel,
                     fmt::format("{}/s for all CPUs together{}", say_bytes(all.bytes_per_s),
                                 all.measured ? ", measured here" : " by published measurements"));
  }
  LoopGain gain = limited(most, cpus, std::hypot(spread_parallel, deviation_of(cores)),
                          fmt::format("{} CPUs", cpus));
  gain.most = std::clamp(cores.high, most, static_cast<double>(cpus));
  return gain;
}

/// The loop's bytes come from memory more than once: then its arithmetic, or the cache, is what is
/// left.
std::optional<LoopGain> gain_of_reuse(const Profile& profile, const HotLoop& loop) {
  const LoopEvidence& e = loop.evidence;
  const double user_s = own_work_s(profile);
  double moved = 0, covered = 0;
  for (const Stream& one : e.streams) {
    moved += one.bytes_per_s * loop.share * user_s;
    covered += one.spread;
  }
  if (covered <= 0 || moved < used_again * covered) return std::nullopt;
  LoopGain gain;
  gain.because =
      fmt::format("{} are passed over {:.0f} times", say_bytes(covered), moved / covered);
  const double cache = value_of(profile.ceilings, "memory.read_l2_1").value_or(0);
  if (!e.stall_factor || cache <= 0 || e.traffic <= 0) return gain;
  const double most = std::min(*e.stall_factor, cache / e.traffic);
  gain = limited(most * issue_efficiency, most, spread_chunk, gain.because);
  return gain;
}

/// From one element in a line to the whole line: what the instructions need, or what the level that
/// holds the set gives.
std::optional<LoopGain> gain_of_order(const Profile& profile, const LoopEvidence& e) {
  const CoreLimits core = limits_of(profile);
  LoopGain gain;
  if (!e.iterations_per_s || core.clock_hz <= 0) return gain;
  double bytes = 0;
  for (const Irregular& one : e.irregular)
    if (one.strided) bytes += sizeof(double);
  const double set = largest_set(e);
  const double rate = set > core.memory_bytes
                          ? value_of(profile.ceilings, "memory.read_1").value_or(0)
                          : cache_rate(profile, set);
  if (bytes <= 0 || rate <= 0) return gain;
  const double issue_s =
      std::max(1.0, e.mix.instructions / issued_per_cycle) / issue_efficiency / core.clock_hz;
  const double then_s = std::max(issue_s, bytes / rate);
  const double factor = 1 / (*e.iterations_per_s * then_s);
  if (factor <= 1) return std::nullopt;
  return limited(
      factor, 1e9, spread_chunk,
      fmt::format(
          "{:.2g} ns a round now, {:.2g} ns when {}", 1e9 / *e.iterations_per_s, 1e9 * then_s,
          issue_s >= bytes / rate ? "its instructions are the limit" : "its bytes come in order"));
}

LoopGain gain_of_chains(const Profile& profile) {
  const auto overlap = value_of(profile.ceilings, "memory.parallelism");
  if (!overlap) return {};
  const double factor = std::min(chains_advised, *overlap);
  return limited(factor, std::max(*overlap, factor), spread_chunk,
                 fmt::format("{:.0f} chains side by side, {:.0f} loads under way here at most",
                             chains_advised, *overlap));
}

/// Seconds more for the first touch of a set in huge pages than in small ones; 0: not measured.
double first_touch_s(const Profile& profile, double bytes) {
  constexpr double small_page = 4096, huge_page = 2 << 20;
  const auto huge = value_of(profile.ceilings, "fault.huge_fresh");
  const double small = value_of(profile.ceilings, "fault.small").value_or(0);
  return huge ? std::max(0.0, bytes / huge_page * *huge - bytes / small_page * small) : 0;
}

std::optional<LoopGain> gain_of_huge_pages(const Profile& profile, const LoopEvidence& e) {
  const double set = largest_set(e);
  if (set < translated_bytes) return std::nullopt;
  const auto here = ceiling_of(profile, "memory.huge_pages");
  if (!here)
    return limited(with_huge_pages, 2, spread_huge_pages,
                   "measured elsewhere with sets of 256 MB: 1.2 to 1.5");
  LoopGain gain = limited(here->value, std::max(here->value, here->high),
                          std::hypot(spread_huge_pages, deviation_of(*here)),
                          "a walk in huge pages against one in small ones, measured here");
  gain.once_s = first_touch_s(profile, set);
  return gain;
}

}  // namespace

std::optional<LoopGain> gain_of(const Profile& profile, const HotLoop& loop, Shrink shrink) {
  switch (shrink) {
    case Shrink::lanes:
      return gain_of_lanes(profile, loop);
    case Shrink::issue:
      return gain_of_issue(profile, loop.evidence);
    case Shrink::spread:
      return gain_of_sharing(profile, loop.evidence);
    case Shrink::reuse:
      return gain_of_reuse(profile, loop);
    case Shrink::order:
      return gain_of_order(profile, loop.evidence);
    case Shrink::chains:
      return gain_of_chains(profile);
    case Shrink::larger_pages:
      return gain_of_huge_pages(profile, loop.evidence);
    default:
      return LoopGain{};
  }
}

}  // namespace bottleneck
