// One run of one arm: started apart from us, watched by nothing but the kernel's own accounts, and
// never left behind. Its place: inside an experiment (experiment.h), which decides what counts.
#pragma once

#include <string>
#include <vector>

#include "probes/system.h"
#include "src/core/run.h"
#include "src/core/verification.h"
#include "src/launch/signals.h"

namespace bottleneck {

struct ArmRun {
  TrialRun run;              ///< `rejected` only where it was ended by us for its time
  std::string last_words;    ///< the end of its standard error
  bool interrupted = false;  ///< we were asked to end, so it was ended: nothing of it counts
};

/// Runs it to its end: standard input is empty, standard output is kept (the first 64 kB; of the
/// rest its length and SHA-256, so that runs can still be compared). After `timeout_s` (0: none),
/// or a signal to us, it and its process group get SIGTERM, 1 s later SIGKILL. What it started and
/// left running in its group is killed when it has ended. Needs: hold_signals, no other children of
/// ours. Errors: throws Error (127, 126, 125) where it cannot be started.
ArmRun run_arm(const Target&, double timeout_s, const System&, const std::vector<int>& cpus,
               SignalQueue&);

}  // namespace bottleneck
