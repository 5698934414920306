// From the samples of tree_counters.h to rows of a Profile: windows, processes, cells without
// negative numbers. Pure.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "probes/io/counter_samples.h"
#include "src/core/profile.h"

namespace bottleneck {

/// What is known of a process beside its counters.
struct SeenProcess {
  pid_t parent = 0;
  std::string name;
  double first_s = 0;
  double last_s = 0;
  bool ended = false;
  bool io_read = false;    ///< its io counters were read at least once
  bool io_denied = false;  ///< ... were refused at least once
};

/// Gives the timeline windows if no other probe did: as long as `slot_s`, at most 4096.
void ensure_windows(Timeline&, double wall_s, double slot_s);
int window_at(const Timeline&, double time_s);

/// The index of that process's row (of those with this pid, the one that lived at `time_s`); adds
/// one if there is none.
int process_row(Profile&, pid_t, pid_t root, double time_s, const std::map<pid_t, SeenProcess>&);

/// Cells by window and process row. A negative difference corrects what was booked before it, so it
/// is taken off the windows before it. Units: ticks_per_s turns CPU ticks into seconds.
void add_counter_cells(Profile&, const CounterSamples&, pid_t root,
                       const std::map<pid_t, SeenProcess>&, double ticks_per_s);

}  // namespace bottleneck
