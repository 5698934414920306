// The verdict from the slices (DESIGN section 4): the class with more than half of the run, else
// that of the longest phase, else mixed. Words, places and confidence are in files of their own.
#pragma once

#include "src/analysis/derive.h"
#include "src/core/report.h"

namespace bottleneck {

/// Source: DESIGN section 4, verdict.
inline constexpr double majority = 0.5;
/// A class below this is not said to matter. Source: DESIGN section 4 ("the two or three that
/// matter"); the tenth is a choice.
inline constexpr double matters_share = 0.1;

/// Every class that could be observed, and unattributed; sums to 1.
std::map<Bottleneck, double> shares_of(const Profile&, const Evidence&);

/// kind, detail, share, mixed, top, idle, by_phase; the rest is left to others.
Verdict judge(const Evidence&, const std::map<Bottleneck, double>& shares,
              const std::vector<Phase>&);

/// The detail with most of the class's time.
Detail main_detail(const Evidence&, Bottleneck);

/// The shares of the time that is no waiting for work.
std::map<Bottleneck, double> busy_shares_of(const Evidence&);

}  // namespace bottleneck
