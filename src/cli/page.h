// The pages of `--html`: the renderer with what it may not fetch itself, the script of the charts
// and the source lines of hot loops.
#pragma once

#include <string>
#include <vector>

#include "reports/demo.h"
#include "reports/machine.h"
#include "src/core/comparison.h"
#include "src/core/report.h"

namespace bottleneck {

/// `foreign`: the profile comes from a file (src/cli/sources.h).
std::string make_page(const Report&, bool foreign);
std::string make_page(const MachineReport&);
std::string make_page(const Comparison&);
std::string make_page(const std::vector<TriedDemo>&);

}  // namespace bottleneck
