// How parallel the run was: the histogram h_k of working threads, and the word of DESIGN section 4.
// Its place: beside the class in the verdict. It looks at threads and CPUs only, never at what they
// did.
#pragma once

#include <vector>

#include "src/analysis/derive.h"
#include "src/core/report.h"

namespace bottleneck {

/// Source of all: DESIGN section 4, `parallelism`.
inline constexpr double idle_share = 0.5;
inline constexpr double oversubscribed_factor = 1.25;
inline constexpr double oversubscribed_share = 0.5;
inline constexpr double parallel_share = 0.8;
inline constexpr double imbalance_ratio = 1.25;
/// Members of a team start together: within this share of the team's life. Later ones are tasks of
/// a queue, whose lengths say nothing. Source: a choice; a fork-join team starts within
/// milliseconds, jobs of a queue do not.
inline constexpr double team_start_share = 0.1;
/// A team is judged where it does most of the work, for most of the busy time. Source: a choice: a
/// majority.
inline constexpr double team_work_share = 0.5;

/// The most unequal team of threads, or of processes, that do the same; ratio 1 where there is
/// none.
struct Imbalance {
  double ratio = 1;  ///< max / mean of useful CPU time
  int members = 0;
  double max_s = 0;
  double mean_s = 0;
  double share = 0;  ///< of the wall time that the team lived
  bool processes = false;
};

ParallelismReport measure_parallelism(const Profile&, const Evidence&);
Imbalance find_imbalance(const Profile&, double busy_s);

/// By process: its main thread does most of its work while others work too, as in OpenMP. Then a
/// worker alone is a straggler that the main thread waits for, not serial work.
std::vector<bool> works_beside_others(const Profile&);

}  // namespace bottleneck
