// What devices did, as a block of -v and as a section of the page: how each one's own time was
// spent, copies, kernels, what is missing and what tracing cost. Between Report::gpu and the
// renderers. Both show the same rows; a simulated device says so in each of them.
#pragma once

#include "reports/html_markup.h"
#include "reports/listings.h"
#include "reports/screen.h"
#include "src/core/report.h"

namespace bottleneck {

/// How each device's own time was spent, most first; no row where no device was used.
Listing list_gpu_time(const Report&);
/// Its copies, kernels and calls, what of them is missing, and the cost of tracing.
Listing list_gpu_work(const Report&);

/// Nothing where no device was used and nothing is missing.
void add_gpu_details(Screen&, const Report&);
void add_gpu_section(Markup&, const Report&);

/// "GPU SIMULATED"; "" where none was.
std::string describe_simulation(const Profile&);

}  // namespace bottleneck
