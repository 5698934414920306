#include "reports/web/charts.h"

// Of embed.S.
extern "C" {
extern const char bottleneck_charts_script[];
extern const char bottleneck_charts_script_end[];
extern const char bottleneck_charts_hash[];
extern const char bottleneck_charts_hash_end[];
}

namespace bottleneck {

PageScript charts_script() {
  return {{bottleneck_charts_script, bottleneck_charts_script_end},
          {bottleneck_charts_hash, bottleneck_charts_hash_end}};
}

}  // namespace bottleneck
