// Which runs of an experiment do not count, and when that are too many. Pure, and declared before
// any run: by cause only, never by duration, for whoever drops slow runs measures what he wants
// (docs/prediction.md). It does not judge what the runs show.
#pragma once

#include <string>
#include <vector>

#include "src/core/verification.h"

namespace bottleneck {

struct Circumstances {
  int cpus = 1;                 ///< that the arms may use
  long usual_major_faults = 0;  ///< the fewest of any run of this arm: those are its own
};

/// "" it counts. Needs: the run ended by itself.
std::string why_rejected(const TrialRun&, const Circumstances&);

/// Where more than 30 % of the runs do not count, the machine is as it is: then all count again but
/// those that were ended by us, and what was wrong is given. "" fine.
std::string accept_noise(std::vector<Trial>&);

}  // namespace bottleneck
