// What the CPUs did since the machine was started, as far as one look at /proc/stat tells: two
// looks around a run give what others used meanwhile, and what the hypervisor took. Only of the
// CPUs that we may use: what happens on others does not slow an arm. Whether it is too much is
// rejection.h's.
#pragma once

#include <string_view>
#include <vector>

#include "probes/system.h"

namespace bottleneck {

struct CpuTimes {
  double busy_s = 0;   ///< of all programs, interrupts included
  double steal_s = 0;  ///< the hypervisor ran somebody else
};

/// By affinity; none where it cannot be read.
std::vector<int> read_allowed_cpus(const System&);

/// Sums over `cpus`, over all where there are none. Units: ticks_per_s of /proc/stat (sysconf).
CpuTimes sum_cpu_times(std::string_view stat, const std::vector<int>& cpus, double ticks_per_s);

CpuTimes read_cpu_times(const System&, const std::vector<int>& cpus);

}  // namespace bottleneck
