// What the helper finds around it: the CPUs that it may use, caches, quota and memory. Read once at
// its start from a System, so that tests can make it up. It measures nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "probes/system.h"

namespace bottleneck::ceilings {

struct Surroundings {
  std::vector<int> cpus;  ///< allowed ones; one of each core first, then their siblings
  std::size_t cores = 1;  ///< how many at the front of `cpus` share no core
  std::optional<std::pair<int, int>> siblings;  ///< two CPUs of one core, where there are such
  std::uint64_t l1_bytes = 0;                   ///< data cache; 0 = not told
  std::uint64_t l2_bytes = 0;
  std::uint64_t l3_bytes = 0;
  std::optional<double> cpu_quota;  ///< CPUs, where it is below the allowed ones
  std::uint64_t memory_bytes = 0;   ///< what the helper may take at most
  std::string memory_bound;  ///< what bounds it: "RLIMIT_AS of 64 MB"; "" = the machine's own

  std::uint64_t last_level() const;
  /// 1, 2, ... all CPUs; powers of two and all where there are many.
  std::vector<int> thread_counts() const;
};

Surroundings look_around(const System&);

}  // namespace bottleneck::ceilings
