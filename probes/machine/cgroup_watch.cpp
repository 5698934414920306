#include "probes/machine/cgroup_watch.h"

#include <fmt/format.h>

#include "probes/io/process_files.h"
#include "probes/machine/cgroup.h"

namespace bottleneck {
namespace {

bool has_ended(const System& system, pid_t pid) {
  const auto text = system.read(fmt::format("/proc/{}/stat", pid));
  const auto stat = parse_process_stat(text.value_or(""));
  return !stat || stat->state == 'Z' || stat->state == 'X';
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
