#include "src/prove/compare.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "probes/clock.h"
#include "src/analysis/analyze.h"
#include "src/analysis/compare.h"
#include "src/core/error.h"
#include "src/prove/experiment.h"
#include "src/prove/rejection.h"
#include "src/prove/workload_run.h"

namespace bottleneck {
namespace {

/// No more pairs, whatever the budget allows: twice those of the last look but one.
int most_pairs(int first) { return 2 * pairs_at_look(first, most_looks - 1); }

/// Looks at the runs whenever there are twice as many.
class Looks {
 public:
  explicit Looks(const CompareOptions& options) : options_(options) {}

  /// Whether it is decided. The last look of all belongs to the end.
  bool operator()(const std::vector<Trial>& trials) {
    if (is_hopeless(trials.front()) || is_hopeless(trials.back())) return true;
    if (taken_ + 1 >= most_looks) return false;
    const auto wanted = static_cast<std::size_t>(pairs_at_look(options_.pairs, taken_ + 1));
    if (trials.back().runs.size() < wanted) return false;
    std::vector<Trial> copy = trials;
    accept_noise(copy);  // as at the end
    Comparison so_far;
    so_far.gate = options_.gate;
    judge_trials(so_far, copy.front(), copy.back(), most_looks);
    if (so_far.pairs < static_cast<int>(wanted) && so_far.ratio) return false;
    ++taken_;
    return so_far.verdict != CompareVerdict::inconclusive;
  }

  int taken() const { return taken_; }

 private:
  /// It will not be run again (experiment.cpp).
  static bool is_hopeless(const Trial& trial) {
    return std::count_if(trial.runs.begin(), trial.runs.end(), [](const TrialRun& run) {
             return !run.rejected.empty() && run.exit_status == exit_timed_out;
           }) >= 2;
  }

  const CompareOptions& options_;
  int taken_ = 0;
};

std::optional<Report> watch(const Target& target, const CompareOptions& options,
                            const System& system) {
  LaunchOptions launch;
  launch.target = target;
  launch.timeout_s = options.timeout_s;
  const Silence silence;
  Profile profile = collect(launch, system, all_probes(system, options.probes));
  const Run& run = profile.this_run();
  if (run.interrupted || run.timed_out) return std::nullopt;
  return analyze(std::move(profile));
}

/// What changed; without it the verdict holds all the same.
void look_inside(Comparison& all, const CompareOptions& options, const System& system,
                 const std::function<void(const std::string&)>& tell) {
  try {
    tell("profiling base");
    const auto base = watch(options.base, options, system);
    if (!base) return all.notes.push_back("the profiled run of base was ended early");
    tell("profiling head");
    const auto head = watch(options.head, options, system);
    if (!head) return all.notes.push_back("the profiled run of head was ended early");
    explain_change(all, *base, *head);
  } catch (const Error& error) {
    all.notes.push_back(fmt::format("what changed is not known: {} ({})", error.what, error.why));
  }
}

ExperimentPlan plan_for(const CompareOptions& options, Looks& looks) {
  ExperimentPlan plan;
  plan.arms = {{"base", options.base}, {"head", options.head}};
  plan.least_blocks = options.pairs;
  plan.most_blocks = most_pairs(options.pairs) / 2;  // an experiment runs up to twice as many
  plan.budget_s = options.budget_s;
  plan.timeout_s = options.timeout_s;
  plan.enough = [&looks](const std::vector<Trial>& trials) { return looks(trials); };
  return plan;
}

}  // namespace

Comparison run_comparison(const CompareOptions& options, const System& system,
                          const std::function<void(const std::string& step)>& progress) {
  const auto tell = [&](const std::string& step) {
    if (progress) progress(step);
  };
  Comparison all;
  all.base.command = options.base.command;
  all.head.command = options.head.command;
  all.gate = options.gate;
  all.budget_s = options.budget_s;
  Looks looks(options);
  const std::int64_t start_ns = monotonic_ns();
  tell("warming up");
  const ExperimentResult result =
      run_experiment(plan_for(options, looks), system, [&](int block, int) {
        tell(fmt::format("pair {}, {:.0f} of {:.0f} s", block, seconds(monotonic_ns() - start_ns),
                         options.budget_s));
      });
  all.spent_s = seconds(monotonic_ns() - start_ns);
  all.interrupted = result.interrupted;
  if (!result.noise.empty()) all.notes.push_back(result.noise);
  judge_trials(all, result.trials.front(), result.trials.back(), most_looks);
  all.looks = std::min(most_looks, looks.taken() + (all.verdict == CompareVerdict::inconclusive));
  all.looks = std::max(1, all.looks);
  if (options.profile && !result.interrupted) look_inside(all, options, system, tell);
  return all;
}

}  // namespace bottleneck
