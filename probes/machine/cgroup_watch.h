// The control groups of one process, noticed when it moves: launchers (systemd-run --scope, cgexec,
// a shell that writes cgroup.procs) leave ours after exec. Used by the probes machine, memory and
// load, each with its own watch; what the groups mean is cgroup.h.
#pragma once

#include <string>

#include <sys/types.h>

#include "probes/system.h"

namespace bottleneck {

class CgroupWatch {
 public:
  CgroupWatch() = default;
  CgroupWatch(const System&, pid_t);

  /// Looks again; true if it has moved since the last look. The groups of a process that has ended
  /// are not taken: the kernel shows it in the root of each version 1 hierarchy.
  bool moved();
  /// The text of /proc/PID/cgroup; of our own where it cannot be read.
  const std::string& membership() const { return membership_; }

 private:
  System system_;
  pid_t pid_ = 0;
  std::string membership_;
};

}  // namespace bottleneck
