// One pass over all devices and calls in the order of time: between two changes nothing changes.
// Below gpu_accounting, which adds up what it tells by window.
#pragma once

#include <functional>
#include <map>
#include <vector>

#include "src/analysis/gpu_rules.h"
#include "src/analysis/gpu_workers.h"

namespace bottleneck {

struct GpuOwner {
  Kind kind;
  int process = -1;
  auto operator<=>(const GpuOwner&) const = default;
};

/// A span of time in which nothing changed.
struct GpuStill {
  Span span;
  int devices = 0;                    ///< that execute or start something
  bool bound = false;                 ///< a thread belongs to a device (gpu_workers.h)
  std::map<GpuOwner, double> owners;  ///< sums to `devices`; without any: to 1 at most
};

/// Calls `take` for all of 0 to `wall_s`, cut at the borders of windows. `reasons` gets the seconds
/// of each rule.
void sweep_devices(const Profile&, const std::vector<GpuActivity>&, const HotLoops&,
                   const std::vector<Spans>& bound, std::map<const GpuRule*, double>& reasons,
                   const std::function<void(int window, const GpuStill&)>& take);

}  // namespace bottleneck
