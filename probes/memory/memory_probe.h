// The probe "memory": resident set and swap of every process (polled), and what the control group,
// the limits and the kernel's pressure counters say about memory while the target ran. Faults are
// counted by the probe "io", which has the book of the process tree. It does not judge: being near
// a limit proves nothing, page cache fills every limit.
#pragma once

#include <memory>

#include "probes/probe.h"

namespace bottleneck {

std::unique_ptr<Probe> make_memory_probe(const System&);

}  // namespace bottleneck
