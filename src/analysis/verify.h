// Holds what two trials measured against what was predicted. Pure. Its place: last of all, after
// the rerun. Statistics: ratio of medians with a bootstrap interval (docs/prediction.md).
//
// The outcome, the first that applies, with the measured interval [l, h] around m and the predicted
// one [L, U] around P:
//   not_equivalent  outputs or exit statuses differ: nothing is measured then
//   not_tested      fewer than 3 runs of either side count
//   harmful         h < 0.98, and h < L          no_effect   [l, h] within 2 % of 1, and h < L
//   optimistic      h < L                        pessimistic l > U
//   inconclusive    [l, h] is wider than half of what was promised, or overlaps [L, U] while m is
//                   outside
//   held            m within [L, U]
// Without a prediction: harmful, no_effect, pessimistic (l > 1.02: "no profile predicted it"), else
// inconclusive. Claim "completes": nothing is measured; held where the baseline fails and all runs
// of the variant end with 0 and say the same; no_effect where neither or both complete; optimistic
// where the variant does not always.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "src/core/profile.h"
#include "src/core/report.h"
#include "src/core/verification.h"

namespace bottleneck {

/// What is written down before a rerun.
struct Promise {
  std::string of;  ///< what is rerun: workload and size
  std::string baseline;
  std::string variant;
  std::optional<Remedy> remedy;
  std::string claim = "speedup";  ///< or "completes", "none"
  std::optional<Prediction> prediction;
  std::string why_none;  ///< where there is no prediction
};

/// The words that are hashed: every figure that the judgement will use, to the last bit.
std::string write_down(const Promise&);

struct Equivalence {
  double tolerance = 0;  ///< relative, of numbers in the output; 0: byte by byte
};
/// "" the same; else what differs. With a tolerance, all but the numbers must be the same text.
std::string compare_outputs(const std::string& baseline, const std::string& variant,
                            const Equivalence&);

/// Ratio of medians of the runs that count (not rejected, and ended as the baseline's first run
/// did), with a 95 % bootstrap interval; nothing with fewer than 3 runs a side.
std::optional<Quantity> measure_speedup(const Trial& baseline, const Trial& variant);

/// The runs that measure_speedup takes; `exit_status` is that of the baseline's first run.
std::vector<const TrialRun*> counted_runs(const Trial&, int exit_status);

/// Half the width of an interval of a ratio on the scale of logarithms: 0.01 is 1 % to each side.
double half_width(const Quantity&);

Verification verify(const Promise&, const Trial& baseline, const Trial& variant,
                    const Equivalence&);

/// From the threads that had more than 1 % of the wall time on a CPU: measured speedup = n x load
/// balance x communication x work / CPUs busy before, exactly. Nothing where either has no CPU
/// time.
std::optional<LossFactors> factor_losses(const Profile& baseline, const Profile& variant);

/// Sets the loss factors, and where the prediction missed adds to `why` which of them lost most.
void explain_miss(Verification&, const Profile& baseline, const Profile& variant);

}  // namespace bottleneck
