// Where the control groups of a process are in the file system, for cgroup v1, v2 and both at once
// (hybrid). A limit may stand at any level above it, so what is given is the whole path upward. In
// a container, where the mount shows a part of the hierarchy or the names are said from outside,
// the nearest level that can be seen stands first. Who moves when is cgroup_watch.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "probes/system.h"

namespace bottleneck {

struct CgroupPath {
  bool v2 = false;
  std::vector<std::string>
      directories;  ///< its own first, then upward to the mount; empty = none to be seen
};

/// The text of /proc/self/cgroup; "" where there is none.
std::string own_membership(const System&);

/// The path of the hierarchy that has this controller ("cpu", "memory"): v1 where it is mounted,
/// else v2. `membership` is the text of a process's /proc/PID/cgroup.
CgroupPath cgroup_path(const System&, std::string_view controller, const std::string& membership);
CgroupPath cgroup_path(const System&, std::string_view controller);  ///< our own

/// The path in the v2 hierarchy alone: pressure (PSI) is there even where v1 has the controllers.
CgroupPath unified_cgroup_path(const System&, const std::string& membership);

/// CPUs by the tightest quota on the path upward; nullopt = no quota. Files: cpu.max,
/// cpu.cfs_{quota,period}_us.
std::optional<double> cpu_quota(const System&, const CgroupPath&);

/// The directories of the path that have a CPU quota: only those can throttle.
std::vector<std::string> throttling_directories(const System&, const CgroupPath&);

/// The lowest memory limit on the path upward; nullopt = none. Files: memory.max,
/// memory.limit_in_bytes.
std::optional<std::uint64_t> memory_limit(const System&, const CgroupPath&);

}  // namespace bottleneck
