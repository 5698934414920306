// From the files of all processes of the tree to the profile's timeline: calls joined to what they
// launched, processes and threads as the profile numbers them, seconds since exec. Facts only; the
// classes are the analysis's.
#pragma once

#include <cstdint>
#include <vector>

#include "probes/gpu/trace_file.h"
#include "src/core/profile.h"

namespace bottleneck::gpu {

/// Adds these files' operations to what `profile.gpu` has already, and folds.
/// Units: start_ns of exec, by CLOCK_MONOTONIC.
/// Needs: the profile's processes, threads and run are there.
void add_to_timeline(const std::vector<TraceFile>& files, GpuSource source, std::int64_t start_ns,
                     Profile& profile);

}  // namespace bottleneck::gpu
