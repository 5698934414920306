#include "probes/machine/cgroup_watch.h"

#include <fmt/format.h>

#include "probes/machine/cgroup.h"

namespace bottleneck {
namespace {

/// By the letter behind the name, which may contain anything. Source: proc(5).
bool has_ended(const System& system, pid_t pid) {
  const std::string stat = system.read(fmt::format("/proc/{}/stat", pid)).value_or("");
  const std::size_t name_end = stat.rfind(") ");
  if (name_end == stat.npos || name_end + 2 >= stat.size()) return true;
  const char state = stat[name_end + 2];
  return state == 'Z' || state == 'X';
}

}  // namespace

CgroupWatch::CgroupWatch(const System& system, pid_t pid)
    : system_(system), pid_(pid), membership_(own_membership(system)) {
  moved();
}

bool CgroupWatch::moved() {
  if (pid_ == 0) return false;
  const auto now = system_.read(fmt::format("/proc/{}/cgroup", pid_));
  // Asked in this order: a process that lives afterwards lived when its groups were read.
  if (!now || now->empty() || *now == membership_ || has_ended(system_, pid_)) return false;
  membership_ = *now;
  return true;
}

}  // namespace bottleneck
