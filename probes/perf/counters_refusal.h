// Why hardware counters are not to be had, told apart: no PMU at all, not this event, not with
// these rights, forbidden by a container's filter, or all taken. Reads /proc and /sys only; opens
// no event.
#pragma once

#include <optional>
#include <string>

#include "probes/system.h"
#include "src/core/measurement.h"

namespace bottleneck {

/// The kernel has no driver for a CPU's counters. nullopt: it has one, or /sys is not there to
/// tell.
std::optional<Unavailable> missing_pmu(const System&);

/// What this errno of perf_event_open means here. Units: error is positive.
Unavailable explain_refusal(const System&, int error, const std::string& event);

}  // namespace bottleneck
