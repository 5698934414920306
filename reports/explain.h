// What the words of a verdict mean, for a reader who sees them for the first time: one short text
// for each enumerator. Beside the renderers that have room for it; the terminal's first screen has
// none.
#pragma once

#include <string_view>

#include "src/core/report.h"

namespace bottleneck {

std::string_view explain(Bottleneck);   ///< "the processor's core is the limit"
std::string_view explain(Confidence);   ///< how far to believe it
std::string_view explain(Claim);        ///< what kind of promise a predicted speedup is
std::string_view explain(Parallelism);  ///< how the busy time used the CPUs

/// DESIGN section 2, the evidence ladder.
struct TierMeaning {
  std::string_view sees;
  std::string_view lost;  ///< against the tier above; "" for the highest
};
TierMeaning explain(Tier);

}  // namespace bottleneck
