// Who owns an instant: rules 1 to 3 of DESIGN section 4 applied to each cell of the timeline. Part
// of derive, which adds the unattributed rest.
#pragma once

#include "src/analysis/derive.h"

namespace bottleneck {

/// Appends the slices of all cells, and what they rest on.
void attribute(const Profile&, const Counters&, const HotLoops&, Evidence&);

}  // namespace bottleneck
