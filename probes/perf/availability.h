// What the sampler can see here, in words, and the line that gives more. Why the kernel refuses is
// perf/permission.h; nothing is opened here.
#pragma once

#include "probes/perf/events.h"
#include "probes/system.h"

namespace bottleneck::perf {

ProbeState sampler_state(const System& system, const Grant& grant, const Rates& rates);

}  // namespace bottleneck::perf
