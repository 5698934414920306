// Which kernels are so short that starting them is what takes the time, and whether a CPU device's
// driver fights for locks meanwhile (research/gpu.md 5.2: launch-latency-bound). Its place: below
// gpu_rules and attribute, which give that time to launching. It looks at times and threads, at no
// name of a driver.
#pragma once

#include <vector>

#include "src/analysis/gpu_activity.h"

namespace bottleneck {

/// Fewer launches are no loop of them. Source: research/gpu.md 5.2.
inline constexpr std::uint64_t many_launches = 20;
/// Launches take 2 to 10 us: a kernel that is longer is not tiny, however late the next call comes.
/// Source: research/gpu.md 3 and 4.
inline constexpr double longest_tiny_s = 10e-6;
/// A kernel that starts within this of its call has waited for no other one: the device keeps up
/// with the calls. Source: as above, and as much again for a driver that hands over in batches.
inline constexpr double longest_launch_lead_s = 20e-6;
/// Of the seconds that threads were blocked for locks: those of threads that issue commands to a
/// CPU device or run them, and of the latter alone. Source: a choice: nearly all, and not by chance
/// (PoCL: all, and nine tenths).
inline constexpr double drivers_lock_share = 0.9, workers_lock_share = 0.1;

/// By operation: one of many kernels of its name and process whose median is shorter than the gap
/// that its launch leaves before it, or, where the device keeps up with the calls, ends before the
/// next call comes: if it took no time at all the program would hardly be faster. Nodes of a graph
/// are none: one call has started them all.
std::vector<bool> find_tiny_kernels(const GpuTimeline&, const std::vector<GpuActivity>&);

/// The locks that were waited for are between the threads that issue a CPU device's tiny commands
/// and those that run them, which run nothing else: the driver's, and part of launching.
bool fights_over_launches(const Profile&, const std::vector<GpuActivity>&);

}  // namespace bottleneck
