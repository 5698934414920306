// Rows of GPU streams, and of the host threads inside their calls, on the clock of the timeline.
#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

#include <fmt/format.h>

#include "reports/charts.h"

namespace bottleneck {
namespace {

constexpr double unit_s = 1e-6;
constexpr std::size_t most_gpu_rows = 24;
constexpr std::size_t most_names = 1000;  // of 8192 operations; the others go without

bool on_host(GpuKind kind) {
  return kind == GpuKind::sync || kind == GpuKind::api || kind == GpuKind::overhead;
}

ChartKind kind_of(GpuKind kind) {
  switch (kind) {
    case GpuKind::kernel:
    case GpuKind::graph:
      return {std::string(to_string(kind)), "gpu_compute"};
    case GpuKind::sync:
      return {"waiting for the device", "gpu_sync"};
    case GpuKind::api:
      return {"calls of the driver", "gpu_launch"};
    case GpuKind::overhead:
      return {"the tracer's own", "others"};
    default:
      return {std::string(to_string(kind)), "gpu_transfer"};
  }
}

/// Device, process, stream; threads of the host come behind all devices.
using Key = std::tuple<int, int, int>;

Key key_of(const GpuTimeline& gpu, const GpuOperation& one) {
  if (on_host(one.kind)) return {static_cast<int>(gpu.devices.size()), one.process, one.thread};
  return {one.device, one.process, one.stream};
}

std::string name_gpu_row(const Profile& profile, const Key& key) {
  const auto [device, process, stream] = key;
  const GpuTimeline& gpu = profile.gpu;
  const auto at = static_cast<std::size_t>(device);
  const auto of = static_cast<std::size_t>(process);
  const std::string owner = profile.processes.size() > 1 && of < profile.processes.size()
                                ? fmt::format(", {}", profile.processes[of].name)
                                : "";
  if (at >= gpu.devices.size()) {
    if (stream < 0 || static_cast<std::size_t>(stream) >= profile.threads.size())
      return "host calls" + owner;
    const Thread& thread = profile.threads[static_cast<std::size_t>(stream)];
    return fmt::format("host calls, {} {}", thread.name, thread.tid);
  }
  return fmt::format("{}GPU {}, stream {}{}", gpu.devices[at].simulated ? "simulated " : "", device,
                     stream, owner);
}

TimelineCell cell_of(const GpuOperation& one) {
  TimelineCell cell;
  const double length_s = std::max(one.end_s - one.start_s, unit_s);
  cell.start = static_cast<int>(std::lround(one.start_s / unit_s));
  cell.length = std::max(1, static_cast<int>(std::lround(length_s / unit_s)));
  const double busy = one.busy_s > 0 ? std::min(one.busy_s / length_s, 1.0) : 1.0;
  cell.fill = std::max(1, static_cast<int>(std::lround(busy * 100)));
  cell.name = one.name < static_cast<int>(most_names) ? one.name : -1;
  return cell;
}

}  // namespace

void add_gpu_rows(TimelineChart& chart, const Profile& profile) {
  std::map<Key, std::pair<TimelineRow, std::map<int, double>>> rows;
  for (const GpuOperation& one : profile.gpu.operations) {
    // Microseconds of longer runs than half an hour do not fit; no device's timeline is that long.
    constexpr double longest_s = 2000;
    if (one.start_s < 0 || one.end_s > longest_s) continue;
    auto& [row, sums] = rows[key_of(profile.gpu, one)];
    const int kind = index_of(chart.kinds, kind_of(one.kind));
    row.cells.push_back(cell_of(one));
    row.cells.back().kind = kind;
    sums[kind] += one.busy_s > 0 ? one.busy_s : one.end_s - one.start_s;
  }
  const auto& names = profile.gpu.names;
  const auto kept = static_cast<std::ptrdiff_t>(std::min(names.size(), most_names));
  chart.names.assign(names.begin(), names.begin() + kept);
  for (auto& [key, found] : rows) {
    if (chart.rows.size() >= most_gpu_rows + profile.threads.size() + 2) break;
    auto& [row, sums] = found;
    row.name = name_gpu_row(profile, key);
    row.unit_s = unit_s;
    row.sums.assign(sums.begin(), sums.end());
    std::stable_sort(row.sums.begin(), row.sums.end(),
                     [](const auto& a, const auto& b) { return a.second > b.second; });
    chart.rows.push_back(std::move(row));
  }
}

}  // namespace bottleneck
