// The probe "load": what processes outside the tree kept busy of the machine, and how long the
// quota of its control group throttled, per window (Timeline::system). It does not judge whether
// the target lost anything by it: that takes the run delay of its threads.
#pragma once

#include <memory>
#include <vector>

#include "probes/probe.h"

namespace bottleneck {

/// One look: CPU seconds of the machine that were not idle, and seconds throttled, both since the
/// first look.
struct LoadSample {
  double time_s = 0;
  double busy_s = 0;
  double throttled_s = 0;
};

/// Turns looks into cells, given the tree's own CPU seconds per window. What others used may never
/// shrink: /proc/stat counts in ticks, so single windows are noisy, but the noise of one must not
/// add up over all. Pure.
std::vector<SystemCell> system_cells(const std::vector<LoadSample>&,
                                     const std::vector<double>& own_s_by_window, double window_s);

/// CPU seconds of the tree by window: the sampler's where it left any, else from the polled
/// counters.
std::vector<double> own_cpu_by_window(const Timeline&);

/// Place it last of all: at finish it needs what the sampler and the probe "io" have put into the
/// timeline.
std::unique_ptr<Probe> make_load_probe(const System&);

}  // namespace bottleneck
