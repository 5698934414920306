// Which of the host's threads belong to a device for a while: the one that waits in a call for it,
// the one whose call starts its next operation, and, where the device is a CPU, the threads that
// run its commands (DESIGN section 4). Its place: below gpu_accounting. It decides no class.
#pragma once

#include <vector>

#include "src/analysis/gpu_activity.h"

namespace bottleneck {

/// A thread that issues no commands and is on a CPU only while the device works, or takes over what
/// it was given, runs its commands: at most this part of its work may lie outside. Source: a
/// choice; windows are 10 ms wide.
inline constexpr double outside_share = 0.2;

/// By thread of the profile: it gives commands to devices, or calls them.
std::vector<bool> find_issuers(const Profile&);
/// By thread of the profile; none where the device is no CPU.
std::vector<bool> find_device_workers(const Profile&, int device);

/// By thread of the profile, when it belonged to devices. `bound` in the accounting is their union.
std::vector<Spans> find_bound_spans(const Profile&, const std::vector<GpuActivity>&);

/// Seconds of the spans in each window of the timeline.
std::vector<double> seconds_by_window(const Profile&, const Spans&);

/// Of a window: shorter for the last one.
double length_of_window(const Profile&, int window);

}  // namespace bottleneck
