// How a device's time was spent, and with what figures: derived from a GpuTimeline (gpu.h) by
// src/analysis/gpu_use, shown by reports/. Plain values of a Report. Shares are of the device's own
// window, from its first operation to its last; what they mean for the wall-clock time of the
// program stands in Report::shares.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace bottleneck {

/// What a device did at an instant: exactly one of these.
enum class GpuTime {
  h2d,          ///< only copies to the device
  d2h,          ///< only copies from it
  both_ways,    ///< copies in both directions at once
  kernel,       ///< only kernels
  overlapped,   ///< copies behind kernels
  other,        ///< copies and sets inside its memory, maps
  launch,       ///< idle, though the call for the next operation had begun
  graph,        ///< idle between the nodes of one graph
  sync_return,  ///< idle while the host was still in a call that waited for it
  api,          ///< idle while the host was in another call of the driver
  host,         ///< idle while the host ran its own code
};
inline constexpr int gpu_time_count = static_cast<int>(GpuTime::host) + 1;
std::string_view to_string(GpuTime);

/// Copies of one direction.
struct GpuWay {
  std::uint64_t copies = 0;
  double bytes = 0;
  double busy_s = 0;          ///< summed over the copies
  double pageable_s = 0;      ///< of them with an end in pageable memory
  double repeated_bytes = 0;  ///< of data that had been there before, by its hash
  bool hashed = false;        ///< what was copied is known, at least in part
  double bandwidth() const { return busy_s > 0 ? bytes / busy_s : 0; }
};

struct GpuUse {
  int device = 0;  ///< index into GpuTimeline::devices
  double start_s = 0;
  double window_s = 0;
  std::array<double, gpu_time_count> shares{};  ///< of window_s; sum to 1
  GpuWay h2d, d2h;
  std::uint64_t kernels = 0;
  std::uint64_t syncs = 0;
  std::uint64_t tiny_launches = 0;  ///< kernels shorter than what passed before they started
  double kernel_s = 0;              ///< summed over the kernels
  double median_kernel_s = 0;
  double occupancy = 0;     ///< theoretical, weighted by time; 0 unknown
  std::string main_kernel;  ///< with most time; "" unknown
  double main_kernel_s = 0;
  std::string kernel_cause;  ///< what limits the kernels and how it is known, or why it is not
  double share_of(GpuTime what) const { return shares[static_cast<std::size_t>(what)]; }
};

}  // namespace bottleneck
