// What to do about a bottleneck and what it is predicted to give. Plain values of a Report
// (report.h); made by src/analysis, held against a rerun in a Verification (verification.h).
#pragma once

#include <string>
#include <vector>

#include "src/core/measurement.h"
#include "src/core/remedies.h"

namespace bottleneck {

struct Where {
  std::string process;
  std::string function;
  std::string file;
  int line = 0;
  double share = 0;  ///< of the class's own time that is at this place, 0..1
  bool operator==(const Where&) const = default;
};

enum class Claim { bound, conditional, expected, verified };
enum class Family { parallelize, vectorize, chunk, io, lock, threads, algorithm, system, gpu };

struct Prediction {
  Quantity speedup;  ///< old wall time / new wall time
  std::string model;
  std::vector<std::string> assumptions;
};

struct Recommendation {
  Family family = Family::parallelize;
  Remedy remedy = Remedy::spread_work;
  std::string action;  ///< "overlap the reads with the work"
  Where where;
  std::string why;               ///< evidence
  std::vector<std::string> how;  ///< concrete steps
  Claim claim = Claim::bound;
  Prediction prediction;
  std::string next_limit;  ///< what limits it next
  /// "speedup": the prediction's; "completes": it runs to its end where this run died, and its
  /// speedup is 1 to 1, since there is no time to compare with.
  std::string promise = "speedup";
  double piece_bytes = 0;  ///< where pieces are advised, how large each should be; 0 not advised
};

}  // namespace bottleneck
