#include "src/analysis/gpu_gains.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include <fmt/format.h>

#include "src/analysis/gpu_changes.h"
#include "src/analysis/gpu_launches.h"
#include "src/analysis/gpu_pinned.h"
#include "src/analysis/recommend.h"
#include "src/analysis/words.h"

namespace bottleneck {
namespace {

/// What removing copies adds beyond their time: kernels find their data in the caches. Source:
/// research/gpu.md 4: measured 19 to 24 ms where 29 to 31 were predicted.
constexpr double warm_kernels = 0.75;
/// Calls that make a buffer visible instead of copying it. Source: as above.
constexpr double mapping_left = 0.1;
/// Host seconds of one asynchronous call. Source: research/gpu.md 5.3 (about 5 us).
constexpr double issue_s = 5e-6, issue_high_s = 10e-6;
/// Code on CPUs that is not as good as the measured stream.
constexpr double worse_code = 0.5;
/// Kernels that take longer than this part of the copies compute too much to be judged by bytes.
constexpr double light_kernels = 0.5;

/// Inputs of one replay.
enum class Luck { bad, likely, good };
using Change = std::function<bool(ReplayProgram&, Luck)>;

double pick(Luck luck, double bad, double likely, double good) {
  return luck == Luck::bad ? bad : luck == Luck::likely ? likely : good;
}

double pick(Luck luck, const Quantity& rate) { return pick(luck, rate.low, rate.value, rate.high); }

/// From the first call for a device to the last end.
double length_seen(const GpuTimeline& gpu) {
  double first = std::numeric_limits<double>::infinity(), last = 0;
  for (const GpuOperation& one : gpu.operations) {
    if (!has_time(one)) continue;
    first = std::min(first, one.queued_s >= 0 ? std::min(one.queued_s, one.start_s) : one.start_s);
    last = std::max(last, one.end_s);
  }
  return std::max(0.0, last - first);
}

class Replays {
 public:
  Replays(const Profile& profile, const Evidence& evidence)
      : wall_s_(evidence.wall_s),
        recorded_(record_program(profile.gpu, activities_of(profile.gpu))),
        base_s_(replay(recorded_).end),
        seen_s_(std::min(base_s_, length_seen(profile.gpu))) {}

  /// Nothing where the change does not apply.
  std::optional<Quantity> speedup(const Change& change) {
    Quantity found{1, 1, 1, Unit::ratio};
    for (const Luck luck : {Luck::bad, Luck::likely, Luck::good}) {
      ReplayProgram changed = recorded_;
      if (!change(changed, luck)) return std::nullopt;
      const double end = replay(changed).end;
      const double gain = base_s_ > 0 ? gain_of((1 - end / base_s_) * seen_s_) : 1;
      (luck == Luck::bad ? found.low : luck == Luck::likely ? found.value : found.high) = gain;
      if (luck == Luck::likely) likely_s_ = end;
    }
    found.low = std::min({found.low, found.value, found.high}) / replay_spread;
    found.high = std::max({found.low, found.value, found.high}) * replay_spread;
    return found;
  }

  /// Of the whole run, where the devices' part gets shorter by that. What other programs held up is
  /// in both.
  double gain_of(double saved_s) const {
    return amdahl(std::clamp(saved_s / wall_s_, 0.0, 1.0), std::numeric_limits<double>::infinity());
  }

  std::string say() const {
    return fmt::format("replay of {} operations: {:.3g} ms of the devices' {:.3g} ms are left",
                       recorded_.operations.size(), likely_s_ * 1e3, base_s_ * 1e3);
  }

 private:
  double wall_s_;
  ReplayProgram recorded_;
  double base_s_;  ///< as the replay has it, which folded rows make longer than it was
  double seen_s_;
  double likely_s_ = 0;
};

bool all_devices(const Profile& profile, bool (*holds)(const GpuDevice&)) {
  return std::all_of(profile.gpu.devices.begin(), profile.gpu.devices.end(), holds);
}
bool shares_memory(const GpuDevice& one) { return one.host_memory || one.is_cpu; }

Foreseen with(Claim claim, Quantity speedup, std::string model, const Advice& row) {
  speedup.low = std::max(1.0, speedup.low);
  return {claim, {speedup, std::move(model), {std::string(row.assumption)}}};
}

/// Both directions, as far as they have pageable copies; nothing where a rate is missing.
struct Rates {
  std::optional<PinnedRate> h2d, d2h;
  std::string source;
};
std::optional<Rates> rates_of(const Profile& profile) {
  Rates rates;
  for (const GpuKind way : {GpuKind::h2d, GpuKind::d2h}) {
    auto found = find_pinned_rate(profile, way);
    if (!found && has_pageable(profile.gpu, way)) return std::nullopt;
    if (found && has_pageable(profile.gpu, way))
      rates.source += fmt::format("{}{} at {}/s, {}", rates.source.empty() ? "; " : ", ",
                                  to_string(way), say_bytes(found->rate.value), found->source);
    (way == GpuKind::h2d ? rates.h2d : rates.d2h) = std::move(found);
  }
  return rates;
}

bool pin(const Profile& profile, const Rates& rates, ReplayProgram& program, Luck luck) {
  return pin_copies(
      profile.gpu,
      {rates.h2d ? pick(luck, rates.h2d->rate) : 0, rates.d2h ? pick(luck, rates.d2h->rate) : 0},
      program);
}

std::optional<Foreseen> foresee_pinned(const Profile& profile, const Evidence& evidence,
                                       const Advice& row) {
  const auto rates = rates_of(profile);
  if (!rates || all_devices(profile, shares_memory)) return std::nullopt;
  Replays replays(profile, evidence);
  const auto gain = replays.speedup(
      [&](ReplayProgram& program, Luck luck) { return pin(profile, *rates, program, luck); });
  if (!gain) return std::nullopt;
  return with(Claim::expected, *gain, replays.say() + rates->source, row);
}

int engines_of(const Profile& profile, Luck luck) {
  int fewest = 0;
  for (const GpuDevice& one : profile.gpu.devices)
    if (one.copy_engines > 0 && (fewest == 0 || one.copy_engines < fewest))
      fewest = one.copy_engines;
  if (fewest == 0) return luck == Luck::bad ? 1 : 2;
  return std::min(fewest, 2);
}

std::optional<Foreseen> foresee_chunked(const Profile& profile, const Evidence& evidence,
                                        const Advice& row) {
  const auto rates = rates_of(profile);
  if (!rates || all_devices(profile, shares_memory)) return std::nullopt;
  Replays replays(profile, evidence);
  const auto gain = replays.speedup([&](ReplayProgram& program, Luck luck) {
    pin(profile, *rates, program, luck);
    Chunking chunking;
    chunking.engines = engines_of(profile, luck);
    chunking.both_ways = pick(luck, both_ways_low, both_ways_part, 1);
    chunking.issue_cost = pick(luck, issue_high_s, issue_s, issue_s);
    return chunk_rounds(chunking, program);
  });
  if (!gain) return std::nullopt;
  Foreseen chunked = with(
      Claim::conditional, *gain,
      replays.say() + fmt::format("; up to {} chunks", Chunking{}.chunks) + rates->source, row);
  chunked.prediction.assumptions.push_back(fmt::format(
      "each direction keeps {:.2f} of its bandwidth while both copy: assumed", both_ways_part));
  return chunked;
}

std::optional<Foreseen> foresee_resident(const Profile& profile, const Evidence& evidence,
                                         const Advice& row) {
  Replays replays(profile, evidence);
  const auto proven = replays.speedup(
      [&](ReplayProgram& program, Luck) { return drop_repeats(profile.gpu, program); });
  if (proven && proven->value >= least_gain)
    return with(Claim::expected, *proven,
                replays.say() + "; without copies whose content had been there, by its hash", row);
  const bool hashed = std::any_of(evidence.gpu.begin(), evidence.gpu.end(),
                                  [](const GpuUse& one) { return one.h2d.hashed; });
  const auto most =
      replays.speedup([&](ReplayProgram& program, Luck) { return drop_rounds(!hashed, program); });
  if (!most) return std::nullopt;
  return Foreseen{Claim::bound,
                  bound_of(most->value,
                           replays.say() + (hashed ? "; only the last results come back"
                                                   : "; only the first inputs and the last results "
                                                     "move"),
                           "what the other copies carried is not needed: no hash proves it")};
}

/// Launched as one graph the gaps go, and each kernel takes its time: the lower end. Fused, tiny
/// kernels take none of their own: the upper end.
std::optional<Foreseen> foresee_batched(const Profile& profile, const Evidence& evidence,
                                        const Advice& row) {
  std::uint64_t kernels = 0;
  for (const GpuUse& one : evidence.gpu) kernels += one.kernels;
  if (kernels <= many_launches) return std::nullopt;
  Replays replays(profile, evidence);
  const auto batch = [&](const std::vector<bool>& fused) {
    return replays.speedup([&](ReplayProgram& program, Luck luck) {
      return batch_launches(pick(luck, graph_node_high_s, graph_node_s, graph_node_low_s), program,
                            fused);
    });
  };
  auto gain = batch({});
  if (!gain) return std::nullopt;
  std::string model = replays.say();
  const auto tiny = find_tiny_kernels(profile.gpu, activities_of(profile.gpu));
  const bool any_tiny = std::count(tiny.begin(), tiny.end(), true) > 0;
  if (const auto fused = any_tiny ? batch(tiny) : std::nullopt) {
    model += fmt::format(
        "; from {:.2f} times as one graph, without the gaps, to {:.2f} times "
        "fused, without the start and end of each kernel, which is all of it",
        gain->value, fused->value);
    gain = Quantity{std::sqrt(gain->value * fused->value), gain->low, fused->high, Unit::ratio};
  }
  Foreseen batched = with(Claim::conditional, *gain, std::move(model), row);
  batched.prediction.assumptions.push_back(
      fmt::format("{:.1f} us from one kernel of a graph to the next ({:.1f} to {:.1f}): assumed",
                  graph_node_s * 1e6, graph_node_low_s * 1e6, graph_node_high_s * 1e6));
  return batched;
}

std::optional<Foreseen> foresee_mapped(const Profile& profile, const Evidence& evidence,
                                       const Advice& row) {
  Replays replays(profile, evidence);
  const auto gain = replays.speedup([&](ReplayProgram& program, Luck luck) {
    if (!map_copies(profile.gpu, luck == Luck::bad ? mapping_left : 0, program)) return false;
    for (ReplayOperation& one : program.operations)
      if (luck == Luck::good && is_kernel(one.kind)) one.length *= warm_kernels;
    return true;
  });
  if (!gain) return std::nullopt;
  return with(Claim::conditional, *gain, replays.say() + "; without copies", row);
}

std::optional<Foreseen> foresee_waits(const Profile& profile, const Evidence& evidence,
                                      const Advice& row) {
  Replays replays(profile, evidence);
  const auto most =
      replays.speedup([](ReplayProgram& program, Luck) { return drop_waits(program); });
  if (!most) return std::nullopt;
  return Foreseen{Claim::bound,
                  bound_of(most->value,
                           replays.say() + "; waits after which nothing came back are "
                                           "left out",
                           std::string(row.assumption))};
}

/// The bytes that move to and from the device, through the CPUs instead.
std::optional<Foreseen> foresee_on_cpu(const Profile& profile, const Evidence& evidence,
                                       const Advice& row) {
  if (all_devices(profile, shares_memory)) return std::nullopt;
  const int cpus = std::max(1, profile.machine.cpus());
  const auto rate = value_of(profile.ceilings, fmt::format("memory.triad_{}", cpus));
  double bytes = 0, copies_s = 0, kernels_s = 0, busy_s = 0;
  for (const GpuUse& one : evidence.gpu) {
    bytes += one.h2d.bytes + one.d2h.bytes;
    copies_s += one.h2d.busy_s + one.d2h.busy_s;
    kernels_s += one.kernel_s;
    busy_s += one.window_s * (1 - one.share_of(GpuTime::host) - one.share_of(GpuTime::api));
  }
  if (!rate || *rate <= 0 || kernels_s > light_kernels * copies_s) return std::nullopt;
  const double cpu_s = bytes / *rate;
  const Replays replays(profile, evidence);
  const double likely = replays.gain_of(busy_s - cpu_s);
  const Quantity gain{likely, replays.gain_of(busy_s - cpu_s / worse_code) / replay_spread,
                      likely * replay_spread, Unit::ratio};
  return with(Claim::conditional, gain,
              fmt::format("{} at {}/s of {} CPUs, measured here: {:.3g} ms against {:.3g} ms",
                          say_bytes(bytes), say_bytes(*rate), cpus, cpu_s * 1e3, busy_s * 1e3),
              row);
}

}  // namespace

std::optional<Foreseen> foresee_device(const Profile& profile, const Evidence& evidence,
                                       const Advice& row) {
  if (profile.gpu.empty() || quiet_s(evidence) <= 0) return std::nullopt;
  switch (row.shrink) {
    case Shrink::pinned:
      return foresee_pinned(profile, evidence, row);
    case Shrink::chunked:
      return foresee_chunked(profile, evidence, row);
    case Shrink::resident:
      return foresee_resident(profile, evidence, row);
    case Shrink::batched:
      return foresee_batched(profile, evidence, row);
    case Shrink::mapped:
      return foresee_mapped(profile, evidence, row);
    case Shrink::on_cpu:
      return foresee_on_cpu(profile, evidence, row);
    case Shrink::fewer_waits:
      return foresee_waits(profile, evidence, row);
    default:
      return std::nullopt;
  }
}

}  // namespace bottleneck
