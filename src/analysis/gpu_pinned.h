// How fast copies from and to pinned memory would be, and who says so: the one input of the
// predictions for devices that a trace of pageable copies does not hold. Below gpu_gains.
#pragma once

#include <optional>
#include <string>

#include "src/core/profile.h"

namespace bottleneck {

/// Of the rate of the link by its generation and lanes what pinned copies reach. Source:
/// research/gpu.md 5.3; 52.8 of 63 GB/s published.
inline constexpr double link_part = 0.85, link_part_low = 0.75, link_part_high = 0.92;
/// Smaller copies tell latency, not bandwidth. Source: research/gpu.md 5.3.
inline constexpr double large_copy_bytes = 1 << 20;

/// Bytes/s in one direction.
struct PinnedRate {
  Quantity rate;
  std::string source;
};
/// Best first: pinned copies of this run, a measured ceiling (gpu.h2d_pinned, gpu.d2h_pinned), the
/// link's rate. Needs: h2d or d2h.
std::optional<PinnedRate> find_pinned_rate(const Profile&, GpuKind way);

bool has_pageable(const GpuTimeline&, GpuKind way);

/// Pageable copies are there, and no rate to hold them against: in words; "" otherwise.
std::string why_no_rate(const Profile&);

}  // namespace bottleneck
