// What was predicted before a rerun and what the rerun gave. A Trial is one variant's interleaved
// runs; a Verification holds the ratio of two trials against the prediction that was frozen before
// them. Plain values: measured by src/prove, judged by src/analysis, shown by reports/. It says
// nothing of why a program is slow: that is a Report.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "src/core/measurement.h"
#include "src/core/remedies.h"

namespace bottleneck {

/// One run of a variant without profiling.
struct TrialRun {
  double wall_s = 0;
  double cpu_s = 0;        ///< user and system, with reaped children
  double others_s = 0;     ///< CPU time that other programs used meanwhile, of all CPUs
  double steal_s = 0;      ///< that the hypervisor took
  double run_delay_s = 0;  ///< that the main thread waited for a CPU
  long major_faults = 0;
  std::uint64_t max_rss_bytes = 0;
  int exit_status = 0;
  std::string output;    ///< of standard output, its first 64 kB
  std::string rejected;  ///< why it does not count; "" it counts. Never for its duration.
};

struct Trial {
  std::string variant;
  std::vector<TrialRun> runs;  ///< in the order of the blocks, rejected ones too
};

enum class Outcome {
  held,
  optimistic,      ///< less was measured than promised
  pessimistic,     ///< more was measured than promised
  inconclusive,    ///< too noisy to tell
  no_effect,       ///< within 2 % of none
  harmful,         ///< slower than before
  not_equivalent,  ///< outputs differ: no speedup is said
  not_tested,
};
inline constexpr int outcome_count = static_cast<int>(Outcome::not_tested) + 1;
std::string_view to_string(Outcome);

/// The exact identity S = n LB CommE (C1 / sum Ci) / (C1 / T1) over the threads' CPU time Ci
/// (DESIGN section 5); a baseline of one thread that never waits has C1 / T1 = 1.
struct LossFactors {
  int threads = 1;
  double load_balance = 1;   ///< mean Ci / max Ci
  double communication = 1;  ///< max Ci / wall time
  double work = 1;           ///< CPU time before / CPU time after: below 1 is work inflation
  double busy_before = 1;    ///< CPU time before / wall time before
};

struct Verification {
  std::string variant;
  std::string baseline;  ///< what it was measured against
  std::optional<Remedy> remedy;
  /// "completes": it runs to its end where the other dies; "bound": `predicted` is what cannot be
  /// exceeded, no prediction; "none": a lure.
  std::string claim = "speedup";
  std::optional<Quantity> predicted;  ///< a ratio; nothing: no profile promised any
  std::string model;                  ///< of the prediction
  std::optional<Quantity> measured;   ///< nothing where outputs differ or it was not run
  Outcome outcome = Outcome::not_tested;
  std::string why;     ///< of the outcome; of a miss by its loss factors
  std::string frozen;  ///< SHA-256 of the prediction as it was written before the rerun
  int pairs = 0;       ///< that count
  int rejected = 0;    ///< runs
  std::optional<LossFactors> losses;
  double baseline_s = 0;  ///< median wall time
  double variant_s = 0;
  std::uint64_t baseline_rss_bytes = 0;
  std::uint64_t variant_rss_bytes = 0;
  std::string limit;  ///< the class that the variant's own profile shows: what limits now
};

}  // namespace bottleneck
