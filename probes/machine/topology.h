// Cores, packages, NUMA nodes and caches of the CPUs that may be used, from /sys. Between System
// and whoever places threads or says what a CPU is: `bottleneck machine`, the ceilings, the
// machine's probe. It measures nothing and knows no limit but the affinity.
#pragma once

#include <vector>

#include "probes/system.h"
#include "src/core/topology.h"

namespace bottleneck {

/// By affinity, in ascending order; CPU 0 where nothing can be seen.
std::vector<int> allowed_cpus(const System&);

/// Those of one core together, in the order of their first CPU. A CPU whose siblings are not told
/// counts as a core of its own.
std::vector<std::vector<int>> group_by_core(const System&, const std::vector<int>& cpus);

struct CacheSizes {
  std::uint64_t l1_bytes = 0;  ///< data; 0 = not told
  std::uint64_t l2_bytes = 0;
  std::uint64_t l3_bytes = 0;
};
CacheSizes read_caches(const System&, int cpu);

Topology read_topology(const System&);

}  // namespace bottleneck
