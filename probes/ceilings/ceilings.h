// What this machine can do at most, measured by a helper executable (bottleneck-ceilings), so that
// a quota or the OOM killer takes the helper and not us. This is the launcher's side: it starts the
// helper, takes one line of JSON per figure, and kills it when its time is over. What each figure
// means and how it is measured is probes/ceilings/kernels; whether a cached one still holds is
// probes/ceilings/cache.h.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "probes/system.h"
#include "src/core/measurement.h"

namespace bottleneck {

struct CeilingRequest {
  /// Dotted names or their beginnings ("memory.", "fault.small"); empty: all of the set.
  std::vector<std::string> names;
  bool full = false;      ///< the long set with more repeats (<= 60 s), else the quick one (<= 5 s)
  double budget_s = 5;    ///< the helper is ended after it; what it has told by then counts
  std::string directory;  ///< where storage is measured; "" = not at all
};

/// Each figure with its interval over repeats; one that could not be measured is Unavailable with
/// its reason. `told` is called for each as it comes. Errors: throws Error if the helper cannot be
/// started; never for what the helper does.
std::vector<Measurement> measure_ceilings(const CeilingRequest& request,
                                          const std::function<void(const Measurement&)>& told);

}  // namespace bottleneck
