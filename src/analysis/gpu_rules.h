// What a device's time means: the table from what it did at an instant to a bottleneck class, as
// rules.h is for CPUs and waits (DESIGN section 4). Its place: gpu_accounting asks it for every
// operation and gap. It looks at no name. What limits a kernel is said by evidence alone: without
// any it is gpu_compute, unsplit, and the cause is unknown.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "src/analysis/hot_loops.h"
#include "src/analysis/rules.h"
#include "src/core/gpu.h"

namespace bottleneck {

/// From this share of its memory's bandwidth or of its issue slots on, that is what limits a
/// kernel. Source: research/gpu.md 5.2.
inline constexpr double limits_kernel = 0.6;
/// Launches take 2 to 10 us; what takes longer than this before a start is no launch but making
/// contexts, loading modules, compiling. Source: research/gpu.md 3 and 4 (44 ms of JIT), a choice.
inline constexpr double longest_launch_s = 1e-3;

enum class GpuState { works, launches, waits_for_host, prepares };

struct GpuFacts {
  GpuState state = GpuState::works;
  GpuKind kind = GpuKind::kernel;  ///< of the operation, or of the one that follows the gap
  bool pageable = false;
  bool repeated = false;
  bool tiny = false;  ///< kernels: starting them takes the time (gpu_launches.h)
  double busy_s = 0;  ///< of the operation
  double gap_s = 0;   ///< before it
  /// Of kernels: share of the memory's bandwidth and of the issue slots; below 0: not known.
  double memory_share = -1;
  double issue_share = -1;
};

struct GpuRule {
  Kind kind;
  bool (*applies)(const GpuFacts&);
  std::string_view because;
  std::string_view contradicts;
};

std::span<const GpuRule> gpu_rules();
/// The first row that applies; the last row asks for nothing.
const GpuRule& classify_gpu(const GpuFacts&);

/// What is known of the limit of a device's kernels, from the best source that is there.
struct KernelEvidence {
  double memory_share = -1, issue_share = -1;  ///< below 0: not known
  std::string said;  ///< "dram 71 % of its peak, by counters"; or why it is not known
};
/// Sources, best first: counters (measurements gpu.dram_share, gpu.issue_share), bytes that the
/// kernel's rows declare against the device's bandwidth, on a CPU device the loops of its threads.
KernelEvidence find_kernel_evidence(const Profile&, const HotLoops&, int device);

}  // namespace bottleneck
