// How many of a multiprocessor's warps a kernel can have in flight, by its launch alone (registers,
// shared memory, block size) and the device's limits. Theory: what was really in flight needs
// counters.
#pragma once

#include "probes/inject/gpu_record.h"

namespace bottleneck::gpu {

/// Units: 0..1; 0 unknown, for the device's limits or the block are.
double occupancy_of(const inject::GpuRecord& kernel, const inject::GpuDeviceFacts& device);

}  // namespace bottleneck::gpu
