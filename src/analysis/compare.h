// Is the head of a change slower than its base, and what of it? Pure. Its place: behind the runs of
// src/prove/compare.h, or two saved reports.
//
// The ratio is median(head) / median(base) with a bootstrap interval. At each look:
//   regression   ratio > 1 + gate, and the interval excludes 1
//   improvement  ratio < 1 / (1 + gate), and the interval excludes 1
//   ok           the interval excludes 1 + gate
//   inconclusive else: more pairs may decide it
// Who looks again and again finds a difference in the end, be there one or not. So the error that
// one interval of 95 % may make is divided by all looks that may come (Bonferroni): together they
// call a difference that is none in at most 5 % of the cases, in 2.5 % a slowdown, and the gate
// takes most of those.
#pragma once

#include <vector>

#include "src/core/comparison.h"
#include "src/core/profile.h"
#include "src/core/report.h"
#include "src/core/verification.h"

namespace bottleneck {

/// Pairs double from look to look, the last is when the budget ends: 10, 20, 40, 80, 160, all.
inline constexpr int most_looks = 6;
int pairs_at_look(int first_pairs, int look);  ///< `look` from 1

struct GateLook {
  CompareVerdict verdict = CompareVerdict::inconclusive;
  std::string why;
  std::optional<Quantity> ratio;   ///< nothing with fewer than 5 runs a side
  std::optional<double> smallest;  ///< Source: Cohen 1988, power of 80 %
  double confidence = 0.95;
};

/// `looks`: how many may be taken of the same runs as they grow. Needs: times above 0.
GateLook look_at(const std::vector<double>& base_s, const std::vector<double>& head_s, double gate,
                 int looks);

/// From interleaved trials; sets all but the profiles' part. A head that ends otherwise than its
/// base, or not within its time, is a regression without a ratio.
void judge_trials(Comparison&, const Trial& base, const Trial& head, int looks);

/// From the runs in two saved reports (one look), which must be of one machine and one command.
void judge_reports(Comparison&, const Report& base, const Report& head);

/// What keeps them from being compared: another CPU model, kernel, number of CPUs, quota, tier of
/// evidence, command, or a run that was ended early.
std::vector<std::string> find_obstacles(const Profile& base, const Profile& head);

/// Classes, shares x wall time, and functions of the two profiles, by the size of the change.
void explain_change(Comparison&, const Report& base, const Report& head);

}  // namespace bottleneck
