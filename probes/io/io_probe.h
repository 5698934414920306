// The probe "io": what every process of the tree moved in its counters (CPU time, faults, bytes and
// calls), polled from /proc/PID/stat and /proc/PID/io. Owner of Timeline::counters and of the
// totals io.* and memory.{minor,major}_faults, with exited children included. It does not know
// files (sched/descriptors.h) nor judge what was cached.
#pragma once

#include <memory>

#include "probes/probe.h"

namespace bottleneck {

/// Place it behind the probes that make the timeline's windows and the process rows (the sampler):
/// it adds what lacks.
std::unique_ptr<Probe> make_io_probe(const System&);

}  // namespace bottleneck
