// What was observed in one run, as plain values: the only input of the analysis, and what a saved
// file holds (DESIGN section 2). Everything time-like is in seconds since exec of the target.
// Bounded however long the run: windows are merged upwards, threads beyond a limit are folded by
// name. It holds facts, never verdicts.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "src/core/gpu.h"
#include "src/core/hot_code.h"
#include "src/core/measurement.h"
#include "src/core/run.h"
#include "src/core/timeline.h"

namespace bottleneck {

inline constexpr int schema_version = 1;

/// Where facts come from (DESIGN section 2, evidence ladder). A is B1 plus hardware counters.
enum class Tier { A, B1, B2, C, D };

/// What observing cost (DESIGN section 1: light). Each part is said; `share` is an estimate.
struct Overhead {
  double own_cpu_s = 0;     ///< CPU of our process while the target ran
  double in_target_s = 0;   ///< records x calibrated cost, paid by the target
  double after_exit_s = 0;  ///< from the target's exit to the report
  double share = 0;         ///< (own + in_target) / (wall x CPUs)
  std::uint64_t samples = 0;
  std::uint64_t switch_records = 0;
  std::uint64_t task_records = 0;
  std::uint64_t lost_records = 0;
};

struct Profile {
  Target target;
  Machine machine;
  Tier tier = Tier::D;
  std::vector<Run> runs;  ///< all of -n; the profile is that of `run`
  int run = 0;
  std::vector<ProbeState> probes;
  std::vector<Measurement> measurements;
  std::vector<Measurement> ceilings;  ///< what this machine can do at most; empty: not measured
  std::vector<Process> processes;     ///< [0] is the launched one
  std::vector<Thread> threads;        ///< [0] is its main thread
  std::vector<Location> locations;
  std::vector<HotCode> hot_code;  ///< where most samples of user code lie, hottest first
  std::vector<Wait> waits;
  Timeline timeline;
  GpuTimeline gpu;  ///< empty: no device was used, or none could be observed (see probes)
  Overhead overhead;
  std::vector<std::string>
      notes;  ///< what the user should know: "switch samples thinned above 10 000/s"
  const Run& this_run() const { return runs.at(static_cast<std::size_t>(run)); }
};

}  // namespace bottleneck
