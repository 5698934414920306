// One measurement as one line of JSON, both ways: how the helper that measures ceilings tells them
// (probes/ceilings). It is not the form of the saved file (json_profile.h): a line stands alone,
// and one that is no measurement is nothing, not an error.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "src/core/measurement.h"

namespace bottleneck {

/// {"name", "value", "low", "high", "unit", "source", "seconds"}, or {"name", "reason", "remedy",
/// "source", "seconds"}; without the newline. Units: `seconds` is how long the measuring took.
/// Needs: finite numbers.
std::string measurement_to_line(const Measurement&, double seconds);

/// What such a line says. nullopt for all that is none: no JSON, cut off, another type, a foreign
/// unit, an interval that does not hold its value, a number below 0, a name that is not dotted
/// lower case, or a text longer than any of ours.
std::optional<Measurement> measurement_from_line(std::string_view line);

}  // namespace bottleneck
