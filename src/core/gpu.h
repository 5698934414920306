// What GPUs (and OpenCL devices) did while the target ran: the operations of all processes of the
// tree on one clock, as plain values of a Profile (profile.h). Times in seconds since exec. Filled
// by probes/gpu from what the objects in probes/inject recorded; facts, never verdicts. A figure of
// a simulated device is marked here, and so wherever it is shown.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace bottleneck {

enum class GpuSource { cupti, opencl };

enum class GpuKind {
  h2d,
  d2h,
  d2d,
  p2p,
  memset,
  kernel,
  graph,     ///< a whole graph launch, where its nodes were not recorded
  sync,      ///< a host thread waits for the device
  api,       ///< another call of the driver that takes time: allocation, module load, JIT
  map,       ///< OpenCL: memory made readable for the host without a copy
  overhead,  ///< the tracer's own
};

enum class GpuMemory { unknown, pageable, pinned, device, managed };

struct GpuDevice {
  GpuSource source = GpuSource::cupti;
  std::string name;
  bool simulated = false;       ///< our own stand-in for a driver: its figures prove plumbing only
  bool host_memory = false;     ///< it computes in the host's memory (integrated, or a CPU)
  bool is_cpu = false;          ///< its commands run on the host's CPUs
  int multiprocessors = 0;      ///< 0 unknown, as below
  double memory_bandwidth = 0;  ///< bytes/s, of its own memory, by its clock and width
  int copy_engines = 0;
  double link_bandwidth = 0;  ///< bytes/s each way, by generation and lanes
};

/// One operation, or several alike of one stream folded into one row (`count` > 1, which then spans
/// from the first start to the last end and was busy for `busy_s` of it).
struct GpuOperation {
  GpuKind kind = GpuKind::kernel;
  int device = 0;      ///< index into GpuTimeline::devices; sync, api: that of the call's process
  int stream = 0;      ///< as the vendor numbers them, per device and process
  int process = 0;     ///< index into Profile::processes
  int thread = -1;     ///< of the call, index into Profile::threads; -1 unknown
  double start_s = 0;  ///< on the device; sync, api, overhead: on the host
  double end_s = 0;
  double queued_s = -1;  ///< when the call that launched it began; -1 unknown
  double busy_s = 0;     ///< end - start, where it is one
  int count = 1;
  std::uint64_t bytes = 0;  ///< copied or set, of all `count`
  GpuMemory source = GpuMemory::unknown;
  GpuMemory destination = GpuMemory::unknown;
  bool asynchronous = false;
  bool from_graph = false;
  int name = -1;                  ///< index into GpuTimeline::names; -1 unknown
  std::uint64_t correlation = 0;  ///< launches with one number came from one call; 0 unknown
  std::uint64_t content = 0;      ///< hash of what was copied; 0 unknown. Equal: sent again
  std::uint64_t work_items = 0;
  double occupancy = 0;  ///< theoretical, 0..1, from the launch; 0 unknown
};

struct GpuTimeline {
  std::vector<GpuDevice> devices;
  std::vector<std::string> names;
  std::vector<GpuOperation> operations;  ///< by start_s; at most gpu_most_operations
  std::uint64_t recorded = 0;            ///< operations before folding
  std::uint64_t dropped = 0;             ///< by the tracer or by ours, out of space
  std::uint64_t torn = 0;                ///< begun and never finished: the process died meanwhile
  std::uint64_t without_time = 0;        ///< ran, and nobody knows when: never a duration of 0
  bool truncated = false;          ///< a process ended before its last operations were written
  double tracing_s = 0;            ///< estimated cost to the target: records x cost of one
  std::vector<std::string> notes;  ///< what is missing and why, in words
  bool empty() const { return operations.empty(); }
  bool simulated() const;  ///< any device is
};

/// Keeps a saved report below 5 MB (DESIGN section 2).
inline constexpr std::size_t gpu_most_operations = 8192;

std::string_view to_string(GpuSource);
std::string_view to_string(GpuKind);
std::string_view to_string(GpuMemory);

}  // namespace bottleneck
