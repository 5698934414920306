// One residual as one line of JSON, both ways: how the store keeps them (src/prove/residuals.h). A
// line that is none is nothing, not an error: the store is written by several runs and versions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "src/core/residual.h"

namespace bottleneck {

/// Without the newline. Needs: finite numbers.
std::string residual_to_line(const Residual&);

/// nullopt: no JSON, cut off, another type, a foreign remedy, an interval that does not hold its
/// value, or speedups of 0 or less.
std::optional<Residual> residual_from_line(std::string_view line);

}  // namespace bottleneck
