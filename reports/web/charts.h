// The script that draws the charts of the HTML report, as CMake built it from src/. Between the
// build and the command line, which hands it to render_html (reports/html.h); the renderer knows
// nothing of how it was made, and makes a whole page without it.
#pragma once

#include "reports/html.h"

namespace bottleneck {

/// Empty where it was built without charts (-DBOTTLENECK_CHARTS=OFF, or no npm).
PageScript charts_script();

}  // namespace bottleneck
