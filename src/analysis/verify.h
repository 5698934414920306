// Holds what two trials measured against what was predicted. Pure. Its place: last of all, after
// the rerun. Statistics: ratio of medians with a bootstrap interval (research/prediction.md 7).
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
  std::string baseline;
  std::string variant;
  std::optional<Remedy> remedy;
  std::string claim = "speedup";  ///< or "completes"
  std::optional<Prediction> prediction;
  std::string why_none;  ///< where there is no prediction
};

/// The words that are hashed: every figure that the judgement will use.
std::string write_down(const Promise&);

struct Equivalence {
  double tolerance = 0;  ///< relative, of numbers in the output; 0: byte by byte
};
/// "" the same; else what differs.
std::string compare_outputs(const std::string& baseline, const std::string& variant,
                            const Equivalence&);

/// Ratio of medians of the runs that count, with a 95 % bootstrap interval; nothing with fewer than
/// 3 runs a side.
std::optional<Quantity> measure_speedup(const Trial& baseline, const Trial& variant);

Verification verify(const Promise&, const Trial& baseline, const Trial& variant,
                    const Equivalence&);

/// Adds the reason of a miss from the threads' CPU time of both profiles.
void explain_miss(Verification&, const Profile& baseline, const Profile& variant);

}  // namespace bottleneck
