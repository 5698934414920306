#include "src/core/json_gpu.h"

#include "src/core/json_check.h"

namespace bottleneck {
namespace {

constexpr std::size_t most_devices = 1'024;
/// Eight times what is kept: analysis is linear in them, but for a sort.
constexpr std::size_t most_operations = 8 * gpu_most_operations;

void check_device(const Row& row, const GpuDevice& device) {
  row.count("multiprocessors", device.multiprocessors, 0, 1 << 20);
  row.count("copy_engines", device.copy_engines, 0, 1'024);
  row.rate("memory_bandwidth", device.memory_bandwidth);
  row.rate("link_bandwidth", device.link_bandwidth);
}

void check_operation(const Row& row, const Profile& profile, const GpuOperation& one) {
  row.index("device", one.device, profile.gpu.devices.size());
  row.index("process", one.process, profile.processes.size());
  row.index("thread", one.thread, profile.threads.size(), true);
  row.index("name", one.name, profile.gpu.names.size(), true);
  row.time("start_s", one.start_s);
  row.time("end_s", one.end_s);
  row.time("queued_s", one.queued_s);
  row.span("end_s", one.end_s - one.start_s);
  row.span("busy_s", one.busy_s);
  row.count("count", one.count, 1, std::numeric_limits<int>::max());
  row.share("occupancy", one.occupancy);
}

}  // namespace

bool says_nothing(const GpuTimeline& gpu) {
  return gpu.devices.empty() && gpu.operations.empty() && gpu.notes.empty() && gpu.recorded == 0 &&
         gpu.dropped == 0 && gpu.torn == 0 && gpu.without_time == 0 && !gpu.truncated;
}

void check_gpu(const Profile& profile) {
  const GpuTimeline& gpu = profile.gpu;
  require(gpu.devices.size() <= most_devices, "gpu.devices", "too many");
  require(gpu.operations.size() <= most_operations, "gpu.operations", "too many");
  require(gpu.tracing_s >= 0 && gpu.tracing_s <= longest_s, "gpu.tracing_s", "no possible time");
  check_each("gpu.devices", gpu.devices, check_device);
  check_each("gpu.operations", gpu.operations,
             [&](const Row& row, const GpuOperation& one) { check_operation(row, profile, one); });
}

}  // namespace bottleneck
