#include "src/prove/experiment.h"

#include <algorithm>
#include <cstdio>
#include <numeric>
#include <optional>
#include <random>
#include <set>

#include <fmt/format.h>

#include "probes/clock.h"
#include "src/prove/arm_run.h"
#include "src/prove/cpu_times.h"
#include "src/prove/rejection.h"
#include "src/prove/schedule.h"

namespace bottleneck {
namespace {

/// Of one run, where nothing is said. Source: the header.
constexpr double timeout_factor = 3;
constexpr double shortest_timeout_s = 10;
/// An arm that was ended for its time as often is not run again: it would only take the others'.
constexpr int most_timeouts = 2;

/// An arm's way through the blocks.
struct ArmState {
  long usual_major_faults = 0;
  int timeouts = 0;
  bool ran = false;
  bool told = false;  ///< its failure was shown
  bool given_up() const { return timeouts >= most_timeouts; }
};

class Experiment {
 public:
  Experiment(const ExperimentPlan& plan, const System& system)
      : plan_(plan),
        system_(system),
        cpus_(read_allowed_cpus(system)),
        states_(plan.arms.size()),
        shuffler_(plan.seed != 0 ? plan.seed : std::random_device{}()) {
    for (const Arm& arm : plan.arms) result_.trials.push_back({arm.variant, {}});
  }

  ExperimentResult run(const std::function<void(int block, int blocks)>& progress) {
    const BlockLimits limits{plan_.least_blocks, plan_.most_blocks};
    if (plan_.warm_up) run_block(false);
    const std::int64_t start_ns = monotonic_ns();
    for (int block = 1; block <= most_blocks_run(limits) && !result_.interrupted; ++block) {
      if (seconds(monotonic_ns() - start_ns) >= plan_.budget_s) break;
      if (progress) progress(block, std::max(block, plan_.most_blocks));
      run_block(true);
      if (plan_.enough ? plan_.enough(result_.trials) : are_enough(result_.trials, limits)) break;
    }
    result_.noise = accept_noise(result_.trials);
    return std::move(result_);
  }

 private:
  void run_block(bool keep) {
    std::vector<std::size_t> arms(plan_.arms.size());
    std::iota(arms.begin(), arms.end(), 0u);
    std::erase_if(arms, [this](std::size_t arm) { return states_[arm].given_up(); });
    // The time that an arm may take comes from the baseline's first run.
    const bool baseline_first = !baseline_s_ && plan_.timeout_s <= 0;
    if (!baseline_first) arms = shuffler_.shuffle(std::move(arms));
    for (const std::size_t arm : arms) {
      run_one(arm, keep);
      if (result_.interrupted) return;
    }
  }

  void run_one(std::size_t arm, bool keep) {
    ArmRun one = run_arm(plan_.arms[arm].target, timeout_s(), system_, cpus_, signals_);
    if (one.interrupted) {
      result_.interrupted = true;
      return;
    }
    ArmState& state = states_[arm];
    if (!one.run.rejected.empty()) {
      ++state.timeouts;
    } else {
      judge(one.run, state);
      if (arm == 0 && !baseline_s_) baseline_s_ = one.run.wall_s;
    }
    tell_failure(arm, one);
    if (keep) result_.trials[arm].runs.push_back(std::move(one.run));
  }

  void judge(TrialRun& run, ArmState& state) {
    state.usual_major_faults =
        state.ran ? std::min(state.usual_major_faults, run.major_faults) : run.major_faults;
    state.ran = true;
    const int cpus = cpus_.empty() ? 1 : static_cast<int>(cpus_.size());
    run.rejected = why_rejected(run, {cpus, state.usual_major_faults});
  }

  double timeout_s() const {
    if (plan_.timeout_s > 0 || !baseline_s_) return plan_.timeout_s;
    return std::max(shortest_timeout_s, timeout_factor * *baseline_s_);
  }

  /// Once for an arm: a baseline that is meant to die says the same in each run.
  void tell_failure(std::size_t arm, const ArmRun& one) {
    if (one.run.exit_status == 0 || states_[arm].told) return;
    states_[arm].told = true;
    fmt::print(stderr, "{}: {}{}{}\n", plan_.arms[arm].variant,
               one.run.rejected.empty() ? fmt::format("exit status {}", one.run.exit_status)
                                        : one.run.rejected,
               one.last_words.empty() ? "" : ":\n", one.last_words);
  }

  const ExperimentPlan& plan_;
  const System& system_;
  std::vector<int> cpus_;
  std::vector<ArmState> states_;
  Shuffler shuffler_;
  SignalQueue signals_;
  std::optional<double> baseline_s_;
  ExperimentResult result_;
};

}  // namespace

ExperimentResult run_experiment(const ExperimentPlan& plan, const System& system,
                                const std::function<void(int block, int blocks)>& progress) {
  hold_signals();
  return Experiment(plan, system).run(progress);
}

}  // namespace bottleneck
