// The sampler where perf_event_open is refused: times and waits from /proc (tier D), and samples of
// code from a small shared object preloaded into the target (tier C, probes/inject) where that may
// be done. Stands in for the perf sampler, and is attached only where that one cannot be.
#pragma once

#include <memory>

#include "probes/probe.h"

namespace bottleneck {

/// Units: rate_hz samples per second of CPU time of each thread; the kernel's tick bounds it.
std::unique_ptr<Probe> make_proc_sampler(const System& system, int rate_hz, bool may_preload);

}  // namespace bottleneck
