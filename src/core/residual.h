// One prediction that was tried, kept beside the ceilings: what was promised and what came. Later
// predictions of the same remedy are calibrated by them (src/analysis/calibrate_prediction.h). It
// says nothing of why a prediction missed: that is a Verification.
#pragma once

#include <string>

#include "src/core/remedies.h"

namespace bottleneck {

struct Residual {
  std::string time;     ///< UTC, "2024-02-29T12:00:00Z"
  std::string machine;  ///< its CPU model and how many CPUs
  std::string workload;
  Remedy remedy = Remedy::spread_work;
  double predicted = 1;  ///< speedups
  double low = 1;        ///< of the interval as the model gave it, before any calibration
  double high = 1;
  double measured = 1;
  bool operator==(const Residual&) const = default;
};

}  // namespace bottleneck
