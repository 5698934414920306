#include "src/core/profile.h"

#include <algorithm>
#include <cmath>

namespace bottleneck {

int Machine::cpus() const {
  int allowed = cpus_allowed > 0 ? cpus_allowed : std::max(1, cpus_online);
  if (cpu_quota) allowed = std::min(allowed, static_cast<int>(std::ceil(*cpu_quota)));
  return std::max(1, allowed);
}

}  // namespace bottleneck
