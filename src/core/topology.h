// How the CPUs that may be used lie on the machine: which of them are threads of one core, and what
// caches a core has. What /sys says, hence what the hypervisor wants us to believe in a virtual
// machine; the ceilings measure whether it holds (kappa). Plain values; probes/machine/topology.h
// reads them.
#pragma once

#include <cstdint>

namespace bottleneck {

/// 0: not told.
struct Topology {
  int cpus = 0;   ///< allowed by affinity
  int cores = 0;  ///< that these CPUs are threads of
  int packages = 0;
  int numa_nodes = 0;
  std::uint64_t l1_bytes = 0;  ///< data cache that one CPU can use
  std::uint64_t l2_bytes = 0;
  std::uint64_t l3_bytes = 0;
};

}  // namespace bottleneck
