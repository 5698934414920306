#include "src/analysis/gpu_use.h"

#include <algorithm>
#include <map>

#include "src/core/stats.h"

namespace bottleneck {
namespace {

double& at(GpuUse& use, GpuTime what) { return use.shares[static_cast<std::size_t>(what)]; }

/// What ran at once: seconds, made shares at the end.
void add_busy(const GpuActivity& device, GpuUse& use) {
  Spans copies = device.h2d;
  append(copies, device.d2h);
  copies = unite(std::move(copies));
  const Spans beside = subtract(copies, device.kernel);
  at(use, GpuTime::overlapped) = length_of(intersect(copies, device.kernel));
  at(use, GpuTime::kernel) = length_of(subtract(device.kernel, copies));
  at(use, GpuTime::h2d) = length_of(subtract(beside, device.d2h));
  at(use, GpuTime::d2h) = length_of(subtract(beside, device.h2d));
  at(use, GpuTime::both_ways) = length_of(intersect(intersect(beside, device.h2d), device.d2h));
  at(use, GpuTime::other) = length_of(subtract(subtract(device.other, copies), device.kernel));
}

void add_idle(const Profile& profile, const GpuActivity& device, GpuUse& use) {
  for (const GpuGap& gap : device.gaps)
    at(use, gap.in_graph ? GpuTime::graph : GpuTime::launch) += gap.span.length();
  const Spans waits = waits_of(profile.gpu, -1);
  const Spans left = subtract(device.host, waits);
  const Spans calls = calls_of(profile.gpu, -1);
  at(use, GpuTime::sync_return) = length_of(intersect(device.host, waits));
  at(use, GpuTime::api) = length_of(intersect(left, calls));
  at(use, GpuTime::host) = length_of(subtract(left, calls));
}

void count_copy(const GpuOperation& one, bool repeated, GpuWay& way) {
  const double busy = one.count > 1 ? one.busy_s : one.end_s - one.start_s;
  const auto bytes = static_cast<double>(one.bytes);
  way.copies += static_cast<std::uint64_t>(one.count);
  way.bytes += bytes;
  way.busy_s += busy;
  way.hashed = way.hashed || one.content != 0;
  if (one.source == GpuMemory::pageable || one.destination == GpuMemory::pageable)
    way.pageable_s += busy;
  if (repeated) way.repeated_bytes += bytes;
}

void count_kernels(const GpuTimeline& gpu, const GpuActivity& device, GpuUse& use) {
  std::map<int, double> by_name;
  std::vector<double> lengths;
  double known_s = 0, occupied_s = 0;
  for (const GpuPiece& piece : device.pieces) {
    const GpuOperation& one = gpu.operations[static_cast<std::size_t>(piece.operation)];
    if (!is_kernel(one.kind)) continue;
    by_name[one.name] += piece.length();
    lengths.push_back(piece.length() / piece.count);
    use.kernel_s += piece.length();
    if (one.occupancy <= 0) continue;
    known_s += piece.length();
    occupied_s += one.occupancy * piece.length();
  }
  if (lengths.empty()) return;
  use.median_kernel_s = median(lengths);
  use.occupancy = known_s > 0 ? std::min(1.0, occupied_s / known_s) : 0;
  const auto most =
      std::max_element(by_name.begin(), by_name.end(),
                       [](const auto& a, const auto& b) { return a.second < b.second; });
  use.main_kernel_s = most->second;
  if (most->first >= 0) use.main_kernel = gpu.names.at(static_cast<std::size_t>(most->first));
}

void count_operations(const Profile& profile, int index, const std::vector<bool>& repeats,
                      GpuUse& use) {
  const auto& operations = profile.gpu.operations;
  for (std::size_t i = 0; i < operations.size(); ++i) {
    const GpuOperation& one = operations[i];
    if (one.device != index || !has_time(one)) continue;
    if (one.kind == GpuKind::h2d) count_copy(one, repeats[i], use.h2d);
    if (one.kind == GpuKind::d2h) count_copy(one, repeats[i], use.d2h);
    if (is_kernel(one.kind)) use.kernels += static_cast<std::uint64_t>(one.count);
    if (one.kind == GpuKind::sync) use.syncs += static_cast<std::uint64_t>(one.count);
  }
}

void count_tiny(const GpuTimeline& gpu, const GpuActivity& device, GpuUse& use) {
  std::map<int, double> before;
  for (const GpuGap& gap : device.gaps) before[gap.operation] += gap.span.length();
  for (const auto& [operation, gap_s] : before) {
    const GpuOperation& one = gpu.operations[static_cast<std::size_t>(operation)];
    const double busy = one.count > 1 ? one.busy_s : one.end_s - one.start_s;
    if (is_kernel(one.kind) && busy < gap_s)
      use.tiny_launches += static_cast<std::uint64_t>(one.count);
  }
}

/// Instants without length leave nothing: then all of it is the kernels' own.
void make_shares(GpuUse& use) {
  double sum = 0;
  for (const double seconds : use.shares) sum += seconds;
  if (sum <= 0) {
    at(use, GpuTime::other) = 1;
    return;
  }
  for (double& part : use.shares) part /= sum;
}

}  // namespace

std::vector<GpuUse> measure_gpu_use(const Profile& profile,
                                    const std::vector<GpuActivity>& devices) {
  const std::vector<bool> repeats = find_repeats(profile.gpu);
  std::vector<GpuUse> all;
  for (std::size_t i = 0; i < devices.size(); ++i) {
    if (devices[i].pieces.empty()) continue;
    GpuUse use;
    use.device = static_cast<int>(i);
    use.start_s = devices[i].window.start;
    use.window_s = devices[i].window.length();
    add_busy(devices[i], use);
    add_idle(profile, devices[i], use);
    count_operations(profile, use.device, repeats, use);
    count_kernels(profile.gpu, devices[i], use);
    count_tiny(profile.gpu, devices[i], use);
    make_shares(use);
    all.push_back(std::move(use));
  }
  return all;
}

}  // namespace bottleneck
