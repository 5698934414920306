// The whole brain: from a Profile to a Report. Pure: no clock, no files, no environment; so every
// saved profile is a replayable test. The steps are derive (instants and cells to shares by class),
// diagnose (verdict, parallelism, confidence), recommend (families and bounds); each has a file of
// its own.
#pragma once

#include "src/core/report.h"

namespace bottleneck {

/// Errors: none; a profile that holds nothing gives a report that is all `unattributed`.
Report analyze(Profile profile);

}  // namespace bottleneck
