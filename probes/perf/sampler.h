// The sampler: software clock with user registers, call chains and switch records of the whole
// tree, on any machine that allows perf_event_open at all. Decides the evidence tier (B1, B2),
// thins itself out at very high switch rates and says so. What the records mean is probes/sched.
#pragma once

#include <memory>

#include "probes/probe.h"

namespace bottleneck {

/// Units: rate_hz samples per second and CPU.
std::unique_ptr<Probe> make_sampler(const System& system, int rate_hz);

}  // namespace bottleneck
