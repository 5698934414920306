// The report as one HTML page: plain text and CSS, no script, nothing fetched, readable on a phone,
// on paper, in the dark and in the light. Pure. Whatever stands in a name, it is text: nothing in
// it becomes markup, and control characters become visible.
#pragma once

#include <string>

#include "src/core/report.h"

namespace bottleneck {

std::string render_html(const Report&);

}  // namespace bottleneck
