// The stable face of the saved file (DESIGN section 2): what scripts read. Between json.cpp and the
// Report. Whatever is not known is left out or null, never 0 or "".
#pragma once

#include "src/core/json_profile.h"
#include "src/core/report.h"

namespace bottleneck {

/// Everything but "profile", in the order in which it is written.
Json encode_face(const Report&);

}  // namespace bottleneck
