// Memory counters outside the process tree's own files: control group, pressure (PSI),
// /proc/vmstat. Read once before and once after the run; the difference is the run's. Each says
// where it came from, since a counter of the whole machine is weaker evidence than one of our
// control group.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "probes/system.h"
#include "src/core/measurement.h"

namespace bottleneck {

/// A counter that only grows, and the file that it was read from. No value: `reason` says why.
struct Reading {
  std::optional<std::uint64_t> value;
  std::string source;
  std::string reason;
};

struct MemoryFacts {
  Reading refaults;      ///< pages of the control group read again after they had been thrown out
  Reading group_faults;  ///< major faults of the control group
  Reading stall_us;      ///< some task stalled for memory (PSI "some" total)
  Reading oom_kills;     ///< by the kernel, in the control group
  Reading current;       ///< bytes charged to the control group now: no counter
  Reading swap_ins;      ///< pages, whole machine
  Reading swap_outs;
  Reading direct_reclaims;  ///< allocations that had to reclaim by themselves, whole machine
};

/// `membership`: the text of /proc/PID/cgroup of the process whose groups are meant.
MemoryFacts read_memory_facts(const System&, const std::string& membership);

/// Measurements of what moved between two readings; Unavailable where either lacks the counter.
std::vector<Measurement> memory_differences(const MemoryFacts& before, const MemoryFacts& after);

/// memory.limit: of the control group. A process's own are limit_watch.h.
Measurement group_limit(const System&, const std::string& membership);

/// The word in brackets: "madvise"; "" where the kernel has no transparent huge pages.
std::string huge_page_setting(const System&);

}  // namespace bottleneck
