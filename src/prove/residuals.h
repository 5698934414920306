// The store of residuals: what earlier predictions gave on this machine, one line of JSON each,
// beside the kept ceilings. Its place: after a verification, and before the next prediction is
// calibrated (src/analysis/calibrate_prediction.h). It computes nothing.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "probes/system.h"
#include "src/core/residual.h"
#include "src/core/verification.h"

namespace bottleneck {

/// .../bottleneck/residuals.jsonl; "" where there is no cache directory.
std::string default_residuals_path();

/// Of a verification that says something about its prediction: measured, predicted, of a remedy,
/// and not inconclusive. `machine` as name_machine gives it.
std::optional<Residual> residual_of(const Verification&, const std::string& workload,
                                    const std::string& machine, const std::string& time);

/// Adds a line. Gives why it could not; "" = kept. Errors: none.
std::string keep_residual(const std::string& path, const Residual&);

/// Those of `machine`, oldest first, the newest 10 000; lines that are none are skipped, and so is
/// a file that others may write. Errors: none.
std::vector<Residual> load_residuals(const std::string& path, const std::string& machine);

}  // namespace bottleneck
