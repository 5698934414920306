// From cells to slices of the wall-clock time (DESIGN section 4, rules 1 to 4): at each instant,
// who owns it. Its place: between the saved Profile and the diagnosis; everything later only adds
// slices up. It gives no verdict.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "src/analysis/counters.h"
#include "src/analysis/hot_loops.h"
#include "src/analysis/rules.h"
#include "src/core/gpu_use.h"

namespace bottleneck {

/// A piece of wall-clock time and what owns it. -1 = not known, or does not apply.
struct Slice {
  int window = 0;
  Kind kind;
  int process = -1;
  int location = -1;
  int wait = -1;
  bool alone = false;  ///< exactly one thread worked
  double seconds = 0;
};

struct Evidence {
  double wall_s = 0;
  int cpus = 1;
  std::vector<Slice> slices;  ///< sums to wall_s exactly, the unattributed rest included
  double lock_saved_s = 0;    ///< wall time that goes if nobody ever queues: sum of q/(W+q)
  double lock_burnt_s = 0;    ///< CPU seconds spent in taking locks
  double device_alone_s = 0;  ///< wall time in which a device worked and no thread did
  double spun_s = 0;          ///< CPU seconds spent in a runtime's wait function
  double others_cpus = 0;     ///< CPUs that others kept busy on average; valid if system_seen
  double throttled_s = 0;
  bool system_seen = false;
  std::map<Bottleneck, double> samples;                     ///< of code, by the class they went to
  std::map<Bottleneck, std::vector<std::string>> supports;  ///< what was seen, most time first
  std::map<Bottleneck, std::vector<std::string>> contradicts;
  std::vector<GpuUse> gpu;            ///< of each device that did anything
  std::vector<double> lock_burnt_in;  ///< CPU seconds in locks by window
  std::vector<std::string> notes;
  int main_lock_wait = -1;  ///< the lock that was waited for longest
  int main_lock_code = -1;  ///< the place in a lock where most CPU time was burnt

  std::map<Kind, double> seconds;  ///< of the slices, summed once: asked for again and again

  double seconds_of(Bottleneck) const;
  double share_of(Bottleneck kind) const { return wall_s > 0 ? seconds_of(kind) / wall_s : 0; }
  double seconds_of(Kind) const;
};

Evidence derive(const Profile&, const Counters&, const HotLoops&);

/// A stretch without work in which CPU time was burnt for locks: at least half of its queueing.
/// Source: accounting.md 3: the worst contention is all CPUs busy fighting.
bool was_fought(const Evidence&, const IdleCell&);

}  // namespace bottleneck
