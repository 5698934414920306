// Ceilings of this machine for `run`: kept ones if they still hold; what its diagnosis asks for and
// is not kept is measured after the target, and kept beside them. Between the profile and its
// analysis; nothing here can fail a run.
#pragma once

#include <string>

#include "src/core/json_ceilings.h"
#include "src/core/profile.h"

namespace bottleneck {

/// Of this machine, now, and this version of ours.
Fingerprint fingerprint_here();

/// Fills profile.ceilings, and says in its notes what was measured. Errors: none.
void add_ceilings(Profile&, bool may_measure);

}  // namespace bottleneck
