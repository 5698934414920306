// Widens, narrows and shifts a predicted interval by how far earlier predictions of the same remedy
// were off (split-conformal). Pure. Its place: between the predictors and what is promised. It
// reads no file: the residuals come from src/prove/residuals.h.
#pragma once

#include <string>
#include <vector>

#include "src/core/measurement.h"
#include "src/core/residual.h"

namespace bottleneck {

/// With fewer the 90 % order statistic does not exist or is the largest one. Source:
/// ceil((N + 1) 0.9) <= N from N = 9 on, and below the largest from N = 19 on.
inline constexpr int least_cases = 19;

struct Calibration {
  int cases = 0;          ///< residuals of that remedy, the workload in question left out
  bool applies = false;   ///< enough of them
  double shift = 0;       ///< of ln speedup: what was usually missed, shrunk to 0
  double multiplier = 0;  ///< half width of the new 90 % interval in local standard deviations
};

/// `left_out` is the workload that is to be predicted: what it gave before must not flatter it.
/// "" none.
Calibration calibrate(const std::vector<Residual>&, Remedy, const std::string& left_out);

/// The interval that holds the measured speedup in 90 % of the cases, if these are like the earlier
/// ones; unchanged where the calibration does not apply. Needs: 0 < low <= value <= high.
Quantity apply(const Calibration&, const Quantity& predicted);

}  // namespace bottleneck
