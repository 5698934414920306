#include "src/analysis/gpu_pinned.h"

#include <algorithm>

#include <fmt/format.h>

#include "src/core/words.h"

namespace bottleneck {
namespace {

/// One copy alone says nothing of its spread. Source: a choice.
constexpr double spread_of_one = 0.05;

bool is_pageable(const GpuOperation& one) {
  return one.source == GpuMemory::pageable || one.destination == GpuMemory::pageable;
}

bool is_pinned(const GpuOperation& one) {
  return one.source == GpuMemory::pinned || one.destination == GpuMemory::pinned;
}

std::optional<PinnedRate> from_trace(const GpuTimeline& gpu, GpuKind way) {
  double bytes = 0, busy_s = 0, slowest = 0, fastest = 0;
  for (const GpuOperation& one : gpu.operations) {
    const double seconds = one.count > 1 ? one.busy_s : one.end_s - one.start_s;
    const auto all = static_cast<double>(one.bytes);
    if (one.kind != way || !is_pinned(one) || all / one.count < large_copy_bytes || seconds <= 0)
      continue;
    const double rate = all / seconds;
    slowest = bytes > 0 ? std::min(slowest, rate) : rate;
    fastest = std::max(fastest, rate);
    bytes += all;
    busy_s += seconds;
  }
  if (busy_s <= 0) return std::nullopt;
  const double mean = bytes / busy_s;
  return PinnedRate{{mean, std::min(slowest, mean * (1 - spread_of_one)),
                     std::max(fastest, mean * (1 + spread_of_one)), Unit::bytes_per_second},
                    "as pinned copies of this run"};
}

std::optional<PinnedRate> from_ceilings(const Profile& profile, GpuKind way) {
  for (const Measurement& one : profile.ceilings) {
    if (one.name != fmt::format("gpu.{}_pinned", to_string(way))) continue;
    if (const auto* rate = std::get_if<Quantity>(&one.result); rate && rate->low > 0)
      return PinnedRate{*rate, "measured here"};
  }
  return std::nullopt;
}

/// The slowest link that was used.
std::optional<PinnedRate> from_link(const GpuTimeline& gpu) {
  double link = 0;
  for (const GpuDevice& one : gpu.devices)
    if (one.link_bandwidth > 0 && (link <= 0 || one.link_bandwidth < link))
      link = one.link_bandwidth;
  if (link <= 0) return std::nullopt;
  return PinnedRate{
      {link * link_part, link * link_part_low, link * link_part_high, Unit::bytes_per_second},
      fmt::format("{:.2f} of its link's rate", link_part)};
}

}  // namespace

std::optional<PinnedRate> find_pinned_rate(const Profile& profile, GpuKind way) {
  if (auto found = from_trace(profile.gpu, way)) return found;
  if (auto found = from_ceilings(profile, way)) return found;
  return from_link(profile.gpu);
}

bool has_pageable(const GpuTimeline& gpu, GpuKind way) {
  return std::any_of(gpu.operations.begin(), gpu.operations.end(),
                     [&](const GpuOperation& one) { return one.kind == way && is_pageable(one); });
}

std::string why_no_rate(const Profile& profile) {
  const bool own_memory =
      std::any_of(profile.gpu.devices.begin(), profile.gpu.devices.end(),
                  [](const GpuDevice& one) { return !one.host_memory && !one.is_cpu; });
  for (const GpuKind way : {GpuKind::h2d, GpuKind::d2h})
    if (own_memory && has_pageable(profile.gpu, way) && !find_pinned_rate(profile, way))
      return "what pinned memory and overlap would give is not predicted: no pinned copy of 1 MiB "
             "or more in this run, no measured ceiling, and the link's rate is not known";
  return "";
}

}  // namespace bottleneck
