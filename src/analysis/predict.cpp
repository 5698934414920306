#include "src/analysis/predict.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <set>

#include <fmt/format.h>

#include "src/analysis/costs.h"
#include "src/analysis/gpu_gains.h"
#include "src/analysis/loop_advice.h"
#include "src/analysis/monte_carlo.h"
#include "src/analysis/recommend.h"
#include "src/analysis/words.h"
#include "src/core/runtimes.h"

namespace bottleneck {
namespace {

using enum Bottleneck;
constexpr double goes_away = std::numeric_limits<double>::infinity();
/// Records in one fsync that the advice speaks of.
constexpr double batch = 64;
/// -O2 against -O0: 2 to 8 times in loops of arithmetic, 1.5 to 3 elsewhere; matmul 5.5, sums 2.
/// Source: research/prediction.md section 4.4.
constexpr double optimized_factor = 3, spread_optimized = 0.4;

Foreseen only_bound(double speedup, std::string model, const Advice& row) {
  return {Claim::bound, bound_of(speedup, std::move(model), std::string(row.assumption))};
}

Foreseen vanishing(double share, const Advice& row) {
  return only_bound(amdahl(share, goes_away), fmt::format("1 / (1 - p), p = {:.3f}", share), row);
}

Foreseen drawn(Claim claim, const std::vector<Shrinking>& parts, std::string model,
               const Advice& row) {
  Foreseen foreseen{claim, {draw_speedup(parts), std::move(model), {std::string(row.assumption)}}};
  return foreseen;
}

/// Reads cannot end before storage has given their bytes, however many are under way; where its
/// rate was measured.
std::optional<Foreseen> bound_reads(const Profile& profile, const Evidence& evidence, double share,
                                    const Advice& row) {
  const auto rate = best_read_rate(profile);
  auto bytes = value_of(profile.measurements, "io.read_bytes");
  if (!rate || !bytes || quiet_s(evidence) <= 0) return std::nullopt;
  const double least = std::min(share, *bytes / *rate / quiet_s(evidence));
  if (least <= 0) return std::nullopt;
  Foreseen reads =
      only_bound(amdahl(share, share / least),
                 fmt::format("1 / ((1 - p) + p / s), p = {:.3f}, s = {:.2f}: {} at {}/s, measured "
                             "here",
                             share, share / least, say_bytes(*bytes), say_bytes(*rate)),
                 row);
  reads.prediction.assumptions.emplace_back("the files lie on the storage that was measured");
  return reads;
}

/// From the storage's curve over requests under way: 16 against one.
std::optional<Foreseen> foresee_reads(const Profile& profile, const Evidence& evidence,
                                      const Advice& row, const Finding& finding) {
  const char* pattern =
      finding.detail == Detail::random || finding.detail == Detail::small ? "random" : "sequential";
  const auto one = value_of(profile.ceilings, fmt::format("storage.{}_read_qd1", pattern));
  const auto many = value_of(profile.ceilings, fmt::format("storage.{}_read_qd16", pattern));
  if (!one || !many || *one <= 0) {
    const auto reads = bound_reads(profile, evidence, finding.share, row);
    return reads ? reads : vanishing(finding.share, row);
  }
  const double factor = std::max(1.0, *many / *one);
  return drawn(Claim::conditional, {{finding.share, 0, factor, spread_io, 1e9}},
               fmt::format("1 / ((1 - p) + p / s), p = {:.3f}, s = {:.2f}: 16 {} reads under way "
                           "against one, measured here",
                           finding.share, factor, pattern),
               row);
}

Foreseen foresee_overlap(const Evidence& evidence, const Advice& row, const Finding& finding) {
  // The time that nothing explains may be neither hidden nor shortened.
  const double unknown = evidence.seconds_of(unattributed) / quiet_s(evidence);
  const double larger = std::max(finding.share, 1 - finding.share - unknown) + unknown;
  return only_bound(1 / std::max(larger, least_rest),
                    fmt::format("1 / max(p, 1 - p), p = {:.3f}", finding.share), row);
}

/// CPU time of the threads in functions that take and give locks, without what they wait there.
double locking_s(const Profile& profile) {
  double seconds = 0;
  for (const CodeCell& cell : profile.timeline.code) {
    const Location& place = profile.locations.at(static_cast<std::size_t>(cell.location));
    if (place.role == Role::work && is_locking(place.module, place.function))
      seconds += cell.seconds;
  }
  return seconds;
}

/// At least the queueing goes away; at most all that is not the program's own work does, and that
/// is spread over the CPUs: a contended lock also costs its hand-over at every change of its
/// holder.
Foreseen foresee_queue(const Profile& profile, const Evidence& evidence, const Advice& row,
                       const Finding& finding) {
  const double saved = evidence.lock_saved_s / quiet_s(evidence);
  const double low = amdahl(saved, goes_away);
  // At most all that locks own goes, with what locking and unlocking cost where nobody has to
  // wait: their cache lines no longer pass from CPU to CPU. What is left is the program's own work
  // on all CPUs.
  const double locking = locking_s(profile);
  const double share = std::min(1.0, finding.share + locking / evidence.cpus / quiet_s(evidence));
  const double work = (own_work_s(profile) - locking) / evidence.cpus / quiet_s(evidence);
  const double high = std::min(amdahl(share, goes_away), 1 / std::max(least_rest, work));
  return {
      Claim::conditional,
      {between(low, high, low < high ? spread_other : 0),
       fmt::format("from 1 / (1 - q), q = {:.3f} of the time that queues cost, to 1 / (1 - p), p "
                   "= {:.3f} in and around locks, or all other own work on {} CPUs",
                   saved, share, evidence.cpus),
       {std::string(row.assumption)}}};
}

/// Independent waits side by side last as long as one.
std::optional<Foreseen> foresee_waits(const Profile& profile, const Evidence& evidence,
                                      const Advice& row, const Finding& finding) {
  double count = 0;
  for (const BlockedCell& cell : profile.timeline.blocked) {
    const Wait& wait = profile.waits.at(static_cast<std::size_t>(cell.wait));
    if (wait.kind == WaitKind::timer) count += static_cast<double>(cell.count);
  }
  if (count < 2 || quiet_s(evidence) <= 0) return vanishing(finding.share, row);
  return drawn(
      Claim::conditional, {{finding.share, 0, count, spread_parallel, count}},
      fmt::format("1 / ((1 - p) + p / N), p = {:.3f} in N = {:.0f} waits", finding.share, count),
      row);
}

/// CPU time inside the calls that write and force: they become fewer with what waits in them.
double in_write_calls_s(const Profile& profile, const Evidence& evidence) {
  constexpr std::array calls = {"write", "pwrite64", "writev", "fsync", "fdatasync", "msync"};
  double seconds = 0;
  for (const Slice& slice : evidence.slices) {
    if (slice.location < 0 || slice.kind.kind == io_write) continue;
    const Location& place = profile.locations.at(static_cast<std::size_t>(slice.location));
    if (std::find(calls.begin(), calls.end(), place.call) != calls.end()) seconds += slice.seconds;
  }
  return seconds;
}

/// At least the waiting and the calls become fewer; at most the switches to and from each wait, and
/// what nothing explains, do too: with 64 records a call hardly anything else is left of the time.
Foreseen foresee_batch(const Profile& profile, const Evidence& evidence, const Advice& row,
                       const Finding& finding) {
  const double calls = in_write_calls_s(profile, evidence) / quiet_s(evidence);
  const double share = std::min(1.0, finding.share + calls);
  const double switches =
      (evidence.seconds_of(Kind{kernel, Detail::switches}) + evidence.seconds_of(unattributed)) /
      quiet_s(evidence);
  const double all = std::min(1.0, share + switches);
  const Quantity least = draw_speedup({{share, 0, batch, spread_io, batch}});
  const Quantity most = draw_speedup({{all, 0, batch, spread_io, batch}});
  const Quantity both{std::sqrt(least.value * most.value), least.low, most.high, Unit::ratio};
  return {Claim::conditional,
          {both,
           fmt::format("1 / ((1 - p) + p / s), p = {:.3f}, of it {:.3f} on a CPU in the calls, to "
                       "{:.3f} with the switches around them, s = {:.0f} records a call",
                       share, calls, all, batch),
           {std::string(row.assumption)}}};
}

/// Of a function's time, so much runs alone where it is not spread yet: below, one thread ends
/// later than the others. Source: a choice between all and none.
constexpr double mostly_alone = 0.5;

/// Of own code by kind, while no other thread worked: only that can be spread, and only in
/// functions that several threads do not share already.
std::map<std::pair<Bottleneck, Detail>, double> shares_alone(const Profile& profile,
                                                             const Evidence& evidence) {
  using Function = std::pair<std::string, std::string>;
  struct Seconds {
    double all = 0, alone = 0;
  };
  std::map<int, Seconds> of_location;
  for (const Slice& slice : evidence.slices) {
    if (!is_own_code(slice.kind.kind)) continue;
    Seconds& seconds = of_location[slice.location];
    seconds.all += slice.seconds;
    if (slice.alone) seconds.alone += slice.seconds;
  }
  std::map<Function, Seconds> of_function;
  const auto function_of = [&](int location) -> Seconds& {
    if (location < 0) return of_function[{}];
    const Location& place = profile.locations.at(static_cast<std::size_t>(location));
    return of_function[{place.module, place.function}];
  };
  for (const auto& [location, seconds] : of_location) {
    function_of(location).all += seconds.all;
    function_of(location).alone += seconds.alone;
  }
  std::set<int> shared;
  for (const auto& [location, seconds] : of_location)
    if (function_of(location).alone < mostly_alone * function_of(location).all)
      shared.insert(location);
  std::map<std::pair<Bottleneck, Detail>, double> shares;
  for (const Slice& slice : evidence.slices)
    if (slice.alone && is_own_code(slice.kind.kind) && !shared.contains(slice.location))
      shares[{slice.kind.kind, slice.kind.detail}] += slice.seconds / quiet_s(evidence);
  return shares;
}

/// Of pages that a thread touched first while no other one worked.
double touched_alone(const Evidence& evidence) {
  double seconds = 0;
  for (const Slice& slice : evidence.slices)
    if (slice.alone && slice.kind == Kind{memory_capacity, Detail::first_touch})
      seconds += slice.seconds;
  return seconds / quiet_s(evidence);
}

/// All code of the program that runs alone, each part up to its own limit.
std::optional<Foreseen> foresee_spread(const Profile& profile, const Evidence& evidence,
                                       const std::vector<HotLoop>& loops, const Advice& row) {
  const double samples = samples_of(profile);
  std::vector<Shrinking> parts;
  std::string model;
  for (const auto& [kind, share] : shares_alone(profile, evidence)) {
    const HotLoop* loop = main_loop(loops, {kind.first, kind.second});
    const auto gain = gain_of(profile, loop ? *loop : HotLoop{}, Shrink::spread);
    if (!gain || gain->factor <= 1) continue;
    parts.push_back({share, samples, gain->factor, gain->spread, gain->most});
    if (share >= 0.05)
      model += fmt::format("{}p = {:.3f} {} alone, s = {:.2f}: {}", model.empty() ? "" : "; ",
                           share, to_string(kind.first), gain->factor, gain->because);
  }
  if (parts.empty()) return std::nullopt;
  // The first touch of memory goes with the code that touches it, unless it is made ready before:
  // nothing tells which. The middle of both ends, which are as far away as one standard deviation.
  if (const double touched = touched_alone(evidence); touched > 0) {
    const double cpus = evidence.cpus, spread = std::log(cpus) / 2;
    parts.push_back({touched, samples, std::sqrt(cpus), spread, cpus});
    if (touched >= 0.05)
      model +=
          fmt::format("; p = {:.3f} first touch of memory alone, s = {:.2f}: with the code or not",
                      touched, std::sqrt(cpus));
  }
  return drawn(Claim::conditional, parts, "1 / ((1 - p) + p / s), " + model, row);
}

/// p is the part of the finding that is in loops of this kind: the factor is the hottest one's.
std::optional<Foreseen> foresee_loop(const Profile& profile, const Evidence& evidence,
                                     const std::vector<HotLoop>& loops, const Advice& row,
                                     const Finding& finding) {
  const Kind kind{finding.kind, finding.detail};
  const HotLoop* loop = main_loop(loops, kind);
  if (!loop) return std::nullopt;
  const auto gain = gain_of(profile, *loop, row.shrink);
  if (!gain) return std::nullopt;
  const double share = quiet_s(evidence) > 0 ? evidence.seconds_of(kind) / quiet_s(evidence) : 0;
  if (!gain->foreseen) return vanishing(share, row);
  // What it costs once is time of the same part.
  const double once = share > 0 ? gain->once_s / quiet_s(evidence) / share : 0;
  const double factor = 1 / (1 / gain->factor + once), most = 1 / (1 / gain->most + once);
  if (factor <= 1) return std::nullopt;
  std::string model = fmt::format("1 / ((1 - p) + p / s), p = {:.3f}, s = {:.2f}: {}", share,
                                  factor, gain->because);
  if (once > 0)
    model += fmt::format(", {:.2f}x less {:.2f} s for the first touch", gain->factor, gain->once_s);
  return drawn(Claim::conditional, {{share, samples_of(profile), factor, gain->spread, most}},
               std::move(model), row);
}

/// Of the program's own computing in that function, loops and what is around them.
double share_of_function(const Profile& profile, const Evidence& evidence, const HotCode& code) {
  double seconds = 0;
  for (const Slice& slice : evidence.slices) {
    if (slice.location < 0 || slice.kind.kind != compute) continue;
    const Location& place = profile.locations.at(static_cast<std::size_t>(slice.location));
    if (place.function == code.function && place.module == code.module) seconds += slice.seconds;
  }
  return seconds / quiet_s(evidence);
}

bool takes_lanes(const HotLoop& loop) {
  return loop.kind == compute && (loop.detail == Detail::scalar || loop.detail == Detail::chain);
}

/// Functions with loops that fit on lanes: what is around those loops runs less often, too, and is
/// shared out by their time. Each loop has a limit of its own.
std::optional<Foreseen> foresee_lanes(const Profile& profile, const Evidence& evidence,
                                      const std::vector<HotLoop>& loops, const Advice& row) {
  using Function = std::pair<std::string, std::string>;
  const auto function_of = [&](const HotLoop& loop) {
    const HotCode& code = profile.hot_code.at(static_cast<std::size_t>(loop.code));
    return Function{code.module, code.function};
  };
  std::map<Function, double> in_loops;
  for (const HotLoop& loop : loops)
    if (takes_lanes(loop)) in_loops[function_of(loop)] += loop.share;
  std::vector<Shrinking> parts;
  std::string model;
  for (const HotLoop& loop : loops) {
    if (!takes_lanes(loop) || loop.share <= 0) continue;
    const HotCode& code = profile.hot_code.at(static_cast<std::size_t>(loop.code));
    const auto gain = gain_of(profile, loop, Shrink::lanes);
    const double share =
        share_of_function(profile, evidence, code) * loop.share / in_loops[function_of(loop)];
    if (!gain || gain->factor <= 1 || share <= 0) continue;
    parts.push_back({share, samples_of(profile), gain->factor, gain->spread, gain->most});
    model += fmt::format("; p = {:.3f} in {}, s = {:.2f}: {}", share, code.function, gain->factor,
                         gain->because);
  }
  if (parts.empty()) return std::nullopt;
  return drawn(Claim::conditional, parts, "1 / ((1 - p) + p / s)" + model, row);
}

}  // namespace

Prediction bound_of(double speedup, std::string model, std::string assumption) {
  return {{speedup, 1.0, speedup, Unit::ratio}, std::move(model), {std::move(assumption)}};
}

double quiet_s(const Evidence& evidence) {
  return evidence.wall_s - evidence.seconds_of(Kind{run_queue, Detail::other_load});
}

Quantity between(double low, double high, double spread) {
  const double end = std::max(low, high), widened = std::exp(spread);
  return {std::sqrt(low * end), std::max(1.0, low / widened), end * widened, Unit::ratio};
}

double samples_of(const Profile& profile) {
  double samples = 0;
  for (const CodeCell& cell : profile.timeline.code) samples += cell.samples;
  return samples;
}

std::optional<Foreseen> foresee(const Profile& profile, const Evidence& evidence,
                                const std::vector<HotLoop>& loops, const Advice& row,
                                const Finding& finding) {
  if (quiet_s(evidence) <= 0) return std::nullopt;
  switch (row.shrink) {
    case Shrink::vanish:
      return vanishing(finding.share, row);
    case Shrink::overlap:
      return foresee_overlap(evidence, row, finding);
    case Shrink::queue:
      return foresee_queue(profile, evidence, row, finding);
    case Shrink::spread:
      return foresee_spread(profile, evidence, loops, row);
    case Shrink::waits:
      return foresee_waits(profile, evidence, row, finding);
    case Shrink::reads:
      return foresee_reads(profile, evidence, row, finding);
    case Shrink::batch:
      return foresee_batch(profile, evidence, row, finding);
    case Shrink::build:
      return drawn(Claim::expected,
                   {{finding.share, samples_of(profile), optimized_factor, spread_optimized, 1e9}},
                   fmt::format("1 / ((1 - p) + p / s), p = {:.3f}, s = {:.0f}: -O2 against -O0, "
                               "published",
                               finding.share, optimized_factor),
                   row);
    case Shrink::lanes:
      return foresee_lanes(profile, evidence, loops, row);
    case Shrink::issue:
    case Shrink::reuse:
    case Shrink::order:
    case Shrink::chains:
    case Shrink::larger_pages:
      return foresee_loop(profile, evidence, loops, row, finding);
    case Shrink::pinned:
    case Shrink::chunked:
    case Shrink::resident:
    case Shrink::batched:
    case Shrink::mapped:
    case Shrink::on_cpu:
    case Shrink::fewer_waits:
      return foresee_device(profile, evidence, row);
  }
  return std::nullopt;
}

}  // namespace bottleneck
