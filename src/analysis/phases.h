// Phases of the run: where the hot function, or what is waited for, changes (DESIGN section 4:
// start-up must not hide the loop behind it). Its place: after derive; the verdict asks whether one
// phase is most of the run. It names none.
#pragma once

#include <vector>

#include "src/analysis/derive.h"
#include "src/core/report.h"

namespace bottleneck {

/// A phase lasts at least this share of the wall time, and at least so many seconds. Source: a
/// choice: 20 phases at most, and five samples of 10 ms windows each; 0 of 70 verdicts needed
/// phases at all (accounting.md 21).
inline constexpr double phase_min_share = 0.05;
inline constexpr double phase_min_s = 0.05;

/// In order of time, without gaps; one phase where nothing changes, none for an empty run.
std::vector<Phase> find_phases(const Profile&, const Evidence&);

}  // namespace bottleneck
