#include "src/analysis/core_limits.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <string_view>

namespace bottleneck {
namespace {

/// Seconds per dependent load by size of the set, as `bottleneck machine` measures them.
std::map<double, double> measured_ladder(const Profile& profile) {
  constexpr std::string_view prefix = "latency.ladder_";
  std::map<double, double> ladder;
  for (const Measurement& one : profile.ceilings) {
    const auto* figure = std::get_if<Quantity>(&one.result);
    if (!figure || !one.name.starts_with(prefix)) continue;
    std::uint64_t bytes = 0;
    const char* end = one.name.data() + one.name.size();
    const auto read = std::from_chars(one.name.data() + prefix.size(), end, bytes);
    if (read.ec == std::errc() && read.ptr == end && bytes > 0 && figure->value > 0)
      ladder[static_cast<double>(bytes)] = figure->value;
  }
  return ladder;
}

/// Between the last size that a cache still serves and the first that costs as memory: their
/// geometric mean, which is the cache's own size where both lie a factor of two from it.
std::optional<double> measured_edge(const Profile& profile) {
  const std::map<double, double> ladder = measured_ladder(profile);
  if (ladder.size() < 3) return std::nullopt;
  const double memory_s =
      value_of(profile.ceilings, "latency.dram").value_or(ladder.rbegin()->second);
  double below = 0;
  for (const auto& [bytes, seconds] : ladder) {
    if (seconds >= costs_as_memory * memory_s)
      return below > 0 ? std::optional(std::sqrt(below * bytes)) : std::nullopt;
    below = bytes;
  }
  return std::nullopt;
}

}  // namespace

CoreLimits limits_of(const Profile& profile) {
  CoreLimits core;
  core.clock_hz = value_of(profile.ceilings, "compute.clock")
                      .value_or(value_of(profile.measurements, "cpu.clock").value_or(0));
  if (profile.machine.l2_bytes) core.l2_bytes = static_cast<double>(*profile.machine.l2_bytes);
  if (const auto edge = measured_edge(profile))
    core.memory_bytes = std::max(*edge, 2 * core.l2_bytes);
  return core;
}

}  // namespace bottleneck
