// Timelines of devices written by hand for the tests of the analysis: one call adds one operation.
// All of them run in process 0 and are called from its main thread.
#pragma once

#include <string>

#include "tests/unit/analysis/builders.h"

namespace bottleneck::testing {

class GpuBuilder : public ProfileBuilder {
 public:
  explicit GpuBuilder(double wall_s = 1, int cpus = 2) : ProfileBuilder(wall_s, cpus) {
    GpuDevice one;
    one.name = "a device";
    one.copy_engines = 2;
    profile.gpu.devices = {one};
    profile.gpu.names = {"add"};
  }

  GpuDevice& device(int index = 0) {
    auto& devices = profile.gpu.devices;
    if (devices.size() <= static_cast<std::size_t>(index)) devices.resize(devices.size() + 1);
    return devices[static_cast<std::size_t>(index)];
  }

  /// Until the next call that adds one.
  GpuOperation& add(GpuKind kind, double start_s, double end_s, double queued_s = -1) {
    GpuOperation one;
    one.kind = kind;
    one.thread = 0;
    one.start_s = start_s;
    one.end_s = end_s;
    one.queued_s = queued_s;
    one.busy_s = end_s - start_s;
    one.asynchronous = true;
    if (kind == GpuKind::kernel) one.name = 0;
    profile.gpu.operations.push_back(one);
    ++profile.gpu.recorded;
    return profile.gpu.operations.back();
  }

  /// A copy of pageable memory, whose call returns at its end.
  GpuOperation& copy(GpuKind kind, double start_s, double end_s, double bytes = 0) {
    GpuOperation& one = add(kind, start_s, end_s, start_s);
    one.bytes = static_cast<std::uint64_t>(bytes);
    one.asynchronous = false;
    (kind == GpuKind::h2d ? one.source : one.destination) = GpuMemory::pageable;
    return one;
  }

  using ProfileBuilder::wait;
  GpuOperation& wait(double start_s, double end_s) { return add(GpuKind::sync, start_s, end_s); }
};

/// Two arrays of 256 MiB go in, a kernel adds them, one comes back: pageable memory at 12 GB/s on a
/// device whose link gives 55 to pinned memory (research/gpu.md 5.4). `rounds` of it, one after the
/// other.
inline GpuBuilder a_naive_addition(int rounds = 1) {
  constexpr double bytes = 1 << 28, rate = 12e9, kernel_s = 0.27e-3;
  const double copy_s = bytes / rate, round_s = 3 * copy_s + kernel_s;
  GpuBuilder b(rounds * round_s);
  b.device().link_bandwidth = 55e9 / 0.85;
  for (int i = 0; i < rounds; ++i) {
    const double at = i * round_s;
    b.copy(GpuKind::h2d, at, at + copy_s, bytes);
    b.copy(GpuKind::h2d, at + copy_s, at + 2 * copy_s, bytes);
    b.add(GpuKind::kernel, at + 2 * copy_s, at + 2 * copy_s + kernel_s, at + 2 * copy_s);
    // Its call begins when the kernel has been launched, and waits for it.
    b.copy(GpuKind::d2h, at + 2 * copy_s + kernel_s, at + round_s, bytes).queued_s =
        at + 2 * copy_s;
  }
  b.profile.timeline.windows = static_cast<int>(rounds * round_s / 0.01) + 1;
  return b;
}

}  // namespace bottleneck::testing
