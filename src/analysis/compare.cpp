#include "src/analysis/compare.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "src/analysis/verify.h"
#include "src/core/error.h"
#include "src/core/stats.h"

namespace bottleneck {
namespace {

/// Below it the interval of a ratio of medians undercovers. Source: the simulation behind
/// docs/prediction.md ("quick mode").
constexpr std::size_t least_runs = 5;
/// Of all looks together.
constexpr double error_of_all = 0.05;
/// For intervals of 99 % more draws than for those of 95 %: some 40 lie in each tail.
constexpr int resamples = 10'000;
/// Standard normal quantile of a power of 80 %.
constexpr double power_quantile = 0.8416;
/// Two-sided ones of the confidences that occur: 0.95 and 1 - 0.05 / 6.
constexpr double quantile_of_one_look = 1.960;
constexpr double quantile_of_many_looks = 2.638;

std::string say(const Quantity& ratio) {
  return fmt::format("{:.3f} [{:.3f} - {:.3f}]", ratio.value, ratio.low, ratio.high);
}

std::string percent(double part) { return fmt::format("{:.1f} %", 100 * part); }

/// A slowdown is found where the ratio is beyond the gate and its interval beyond 1; both happen in
/// four of five runs of a change that is this large.
double smallest_found(const Quantity& ratio, double gate, int looks) {
  const double quantile = looks > 1 ? quantile_of_many_looks : quantile_of_one_look;
  const double spread = half_width(ratio) / quantile;
  const double beyond_one = (quantile + power_quantile) * spread;
  const double beyond_gate = std::log1p(gate) + power_quantile * spread;
  return std::expm1(std::max(beyond_one, beyond_gate));
}

void decide(GateLook& look, double gate) {
  const Quantity& ratio = *look.ratio;
  if (ratio.value > 1 + gate && ratio.low > 1) {
    look.verdict = CompareVerdict::regression;
    look.why = fmt::format("head takes {} longer, more than the gate of {}",
                           percent(ratio.value - 1), percent(gate));
  } else if (ratio.value < 1 / (1 + gate) && ratio.high < 1) {
    look.verdict = CompareVerdict::improvement;
    look.why = fmt::format("head takes {} less time", percent(1 - ratio.value));
  } else if (ratio.high < 1 + gate) {
    look.verdict = CompareVerdict::ok;
    look.why = fmt::format("a slowdown of {} is excluded", percent(gate));
  } else {
    look.why = fmt::format("neither a slowdown of {} nor its absence is shown: {}", percent(gate),
                           say(ratio));
  }
}

double median_of(const std::vector<double>& times) { return times.empty() ? 0 : median(times); }

std::vector<double> wall_times(const Trial& trial, int exit_status) {
  std::vector<double> times;
  for (const TrialRun* run : counted_runs(trial, exit_status)) times.push_back(run->wall_s);
  return times;
}

/// The first run that ended by itself, or null.
const TrialRun* first_whole(const Trial& trial) {
  for (const TrialRun& run : trial.runs)
    if (run.rejected.empty() || run.exit_status != exit_timed_out) return &run;
  return nullptr;
}

int count_rejected(const Trial& trial) {
  return static_cast<int>(std::count_if(trial.runs.begin(), trial.runs.end(),
                                        [](const auto& run) { return !run.rejected.empty(); }));
}

void take(ComparedSide& side, const Trial& trial) {
  const TrialRun* first = first_whole(trial);
  if (first) side.exit_status = first->exit_status;
  side.wall_s = wall_times(trial, side.exit_status);
  side.median_s = median_of(side.wall_s);
  side.rejected = count_rejected(trial);
}

/// Told beside the verdict, so of all runs that ended as they should: one that others disturbed
/// took longer, but hardly more of a CPU.
std::optional<Quantity> ratio_of_cpu(const std::vector<double>& base_s,
                                     const std::vector<double>& head_s) {
  constexpr double least_s = 0.01;  // below it the start of a program is most of it
  if (std::min(base_s.size(), head_s.size()) < least_runs) return std::nullopt;
  if (median(base_s) < least_s || median(head_s) < least_s) return std::nullopt;
  const RatioInterval found = ratio_of_medians(head_s, base_s);
  return Quantity{found.ratio, found.low, found.high, Unit::ratio};
}

std::vector<double> cpu_times(const Trial& trial, int exit_status) {
  std::vector<double> times;
  for (const TrialRun& run : trial.runs)
    if (run.exit_status == exit_status && run.cpu_s > 0) times.push_back(run.cpu_s);
  return times;
}

std::vector<double> cpu_times(const Profile& profile) {
  std::vector<double> times;
  for (const Run& run : profile.runs)
    if (!run.timed_out && !run.interrupted && run.user_s + run.system_s > 0)
      times.push_back(run.user_s + run.system_s);
  return times;
}

void set(Comparison& all, CompareVerdict verdict, std::string why) {
  all.verdict = verdict;
  all.why = std::move(why);
}

void take(Comparison& all, GateLook look) {
  set(all, look.verdict, std::move(look.why));
  all.ratio = look.ratio;
  all.smallest = look.smallest;
  all.confidence = look.confidence;
  all.pairs = static_cast<int>(std::min(all.base.wall_s.size(), all.head.wall_s.size()));
}

/// What is to be said before any time is looked at; true if it is the verdict.
bool ends_otherwise(Comparison& all, const Trial& base, const Trial& head) {
  if (base.runs.empty() || head.runs.empty()) {
    set(all, CompareVerdict::inconclusive, "nothing was measured");
    return true;
  }
  if (!first_whole(base)) {
    set(all, CompareVerdict::incomparable, "base: " + base.runs.front().rejected);
    return true;
  }
  if (!first_whole(head)) {
    set(all, CompareVerdict::regression, "head: " + head.runs.front().rejected);
    return true;
  }
  if (all.base.exit_status == all.head.exit_status) return false;
  const auto verdict =
      all.base.exit_status == exit_ok ? CompareVerdict::regression : CompareVerdict::incomparable;
  set(all, verdict,
      fmt::format("head ends with exit status {}, base with {}", all.head.exit_status,
                  all.base.exit_status));
  return true;
}

/// Whether they say the same: told, not refused, for what a change does may show.
void compare_said(Comparison& all, const Trial& base, const Trial& head) {
  const TrialRun& first = *first_whole(base);
  for (const TrialRun& run : base.runs) {
    if (!run.rejected.empty() || compare_outputs(first.output, run.output, {}).empty()) continue;
    all.notes.push_back("the output of base differs from run to run: it was not compared");
    return;
  }
  all.outputs_differ = compare_outputs(first.output, first_whole(head)->output, {});
}

}  // namespace

int pairs_at_look(int first_pairs, int look) { return first_pairs << (look - 1); }

GateLook look_at(const std::vector<double>& base_s, const std::vector<double>& head_s, double gate,
                 int looks) {
  GateLook look;
  look.confidence = 1 - error_of_all / std::max(1, looks);
  const std::size_t runs = std::min(base_s.size(), head_s.size());
  if (runs < least_runs) {
    look.why = fmt::format("{} runs a side that count; an interval takes {}", runs, least_runs);
    return look;
  }
  const RatioInterval found = ratio_of_medians(head_s, base_s, {resamples, look.confidence});
  look.ratio = Quantity{found.ratio, found.low, found.high, Unit::ratio};
  look.smallest = smallest_found(*look.ratio, gate, looks);
  decide(look, gate);
  return look;
}

void judge_trials(Comparison& all, const Trial& base, const Trial& head, int looks) {
  all.interleaved = true;
  all.most_looks = looks;
  take(all.base, base);
  take(all.head, head);
  if (ends_otherwise(all, base, head)) return;
  if (all.base.exit_status != exit_ok)
    all.notes.push_back(fmt::format("both end with exit status {}", all.base.exit_status));
  compare_said(all, base, head);
  take(all, look_at(all.base.wall_s, all.head.wall_s, all.gate, looks));
  all.cpu_ratio =
      ratio_of_cpu(cpu_times(base, all.base.exit_status), cpu_times(head, all.head.exit_status));
}

void judge_reports(Comparison& all, const Report& base, const Report& head) {
  const auto take_runs = [](ComparedSide& side, const Profile& profile) {
    side.command = profile.target.command;
    side.exit_status = profile.this_run().exit_status;
    for (const Run& run : profile.runs)
      if (!run.timed_out && !run.interrupted && run.wall_s > 0) side.wall_s.push_back(run.wall_s);
    side.median_s = median_of(side.wall_s);
  };
  take_runs(all.base, base.profile);
  take_runs(all.head, head.profile);
  all.pairs = static_cast<int>(std::min(all.base.wall_s.size(), all.head.wall_s.size()));
  all.obstacles = find_obstacles(base.profile, head.profile);
  if (!all.obstacles.empty()) {
    set(all, CompareVerdict::incomparable, all.obstacles.front());
    return;
  }
  if (all.base.exit_status != all.head.exit_status) {
    set(all,
        all.base.exit_status == exit_ok ? CompareVerdict::regression : CompareVerdict::incomparable,
        fmt::format("head ended with exit status {}, base with {}", all.head.exit_status,
                    all.base.exit_status));
    return;
  }
  all.notes.push_back("the two were not run side by side: what the machine did meanwhile counts");
  take(all, look_at(all.base.wall_s, all.head.wall_s, all.gate, 1));
  all.cpu_ratio = ratio_of_cpu(cpu_times(base.profile), cpu_times(head.profile));
}

}  // namespace bottleneck
