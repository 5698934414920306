#include "src/analysis/verify.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "src/core/error.h"
#include "src/core/stats.h"
#include "src/core/words.h"

namespace bottleneck {
namespace {

/// Within it two programs are the same to whoever waits for them. Source: docs/prediction.md; noise
/// thresholds of other tools are 1 to 5 %.
constexpr double no_effect_band = 0.02;

std::string say(const Quantity& ratio) {
  return fmt::format("{:.2f}x [{:.2f} - {:.2f}]", ratio.value, ratio.low, ratio.high);
}

std::string plural(std::size_t count, const char* noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

/// A run that we ended ourselves printed half of its output: nothing to compare.
bool ran_to_its_end(const TrialRun& run) {
  return run.rejected.empty() || run.exit_status != exit_timed_out;
}

std::vector<const TrialRun*> whole_runs(const Trial& trial) {
  std::vector<const TrialRun*> whole;
  for (const TrialRun& run : trial.runs)
    if (ran_to_its_end(run)) whole.push_back(&run);
  return whole;
}

std::string difference(const TrialRun& one, const TrialRun& other, const Equivalence& how) {
  if (one.exit_status != other.exit_status)
    return fmt::format("exit statuses differ: {} and {}", one.exit_status, other.exit_status);
  return compare_outputs(one.output, other.output, how);
}

/// "" all runs of both sides say the same.
std::string first_difference(const std::vector<const TrialRun*>& baseline,
                             const std::vector<const TrialRun*>& variant, const Equivalence& how) {
  for (const TrialRun* run : baseline)
    if (std::string what = difference(*baseline.front(), *run, how); !what.empty())
      return "the baseline differs from itself: " + what;
  for (const TrialRun* run : variant)
    if (std::string what = difference(*baseline.front(), *run, how); !what.empty()) return what;
  return "";
}

double median_wall_s(const Trial& trial) {
  if (trial.runs.empty()) return 0;
  std::vector<double> times;
  for (const TrialRun* run : counted_runs(trial, trial.runs.front().exit_status))
    times.push_back(run->wall_s);
  return median(times);
}

std::uint64_t peak_rss(const Trial& trial) {
  std::uint64_t peak = 0;
  for (const TrialRun& run : trial.runs) peak = std::max(peak, run.max_rss_bytes);
  return peak;
}

int count_rejected(const Trial& trial) {
  return static_cast<int>(std::count_if(trial.runs.begin(), trial.runs.end(),
                                        [](const auto& run) { return !run.rejected.empty(); }));
}

int count_pairs(const Trial& baseline, const Trial& variant) {
  if (baseline.runs.empty() || variant.runs.empty()) return 0;
  const auto own = [](const Trial& trial) {
    return counted_runs(trial, trial.runs.front().exit_status).size();
  };
  return static_cast<int>(std::min(own(baseline), own(variant)));
}

Verification take_figures(const Promise& promise, const Trial& baseline, const Trial& variant) {
  Verification all;
  all.variant = promise.variant;
  all.baseline = promise.baseline;
  all.remedy = promise.remedy;
  all.claim = promise.claim;
  if (promise.prediction) {
    all.predicted = promise.prediction->speedup;
    all.model = promise.prediction->model;
  }
  all.pairs = count_pairs(baseline, variant);
  all.rejected = count_rejected(baseline) + count_rejected(variant);
  all.baseline_s = median_wall_s(baseline);
  all.variant_s = median_wall_s(variant);
  all.baseline_rss_bytes = peak_rss(baseline);
  all.variant_rss_bytes = peak_rss(variant);
  return all;
}

struct Judgement {
  Outcome outcome;
  std::string why;
};

/// Whatever was predicted: what the measured interval says of itself.
std::optional<Judgement> judge_effect(const Quantity& measured) {
  if (measured.high < 1 - no_effect_band)
    return Judgement{Outcome::harmful, "slower than before: " + say(measured)};
  if (measured.low > 1 - no_effect_band && measured.high < 1 + no_effect_band)
    return Judgement{Outcome::no_effect, fmt::format("within 2 % of none: {}", say(measured))};
  return std::nullopt;
}

Judgement judge_unpredicted(const Quantity& measured, const std::string& why_none) {
  const std::string none = why_none.empty() ? "no profile predicted it" : why_none;
  if (auto effect = judge_effect(measured)) return *effect;
  if (measured.low > 1 + no_effect_band)
    return {Outcome::pessimistic, fmt::format("{}; measured {}", none, say(measured))};
  return {Outcome::inconclusive, fmt::format("too noisy to tell from none: {}", say(measured))};
}

/// Half of what was promised, but no finer than what counts as none.
double widest(const Quantity& predicted) {
  return std::max(no_effect_band, std::abs(std::log(predicted.value)) / 2);
}

Judgement judge_prediction(const Quantity& measured, const Quantity& predicted) {
  const bool below = measured.high < predicted.low;
  if (const auto effect = judge_effect(measured); effect && below) return *effect;
  const std::string both = fmt::format("measured {}, predicted {}", say(measured), say(predicted));
  if (below) return {Outcome::optimistic, both};
  if (measured.low > predicted.high) return {Outcome::pessimistic, both};
  if (half_width(measured) > widest(predicted))
    return {Outcome::inconclusive,
            fmt::format("too noisy: +-{:.0f} %; {}", 100 * half_width(measured), both)};
  if (measured.value >= predicted.low && measured.value <= predicted.high)
    return {Outcome::held, both};
  return {Outcome::inconclusive, "the intervals overlap, the medians do not agree; " + both};
}

/// Needs: whole runs on both sides.
Judgement judge_completion(const std::vector<const TrialRun*>& baseline,
                           const std::vector<const TrialRun*>& variant, const Equivalence& how) {
  const auto completes = [](const TrialRun* run) { return run->exit_status == exit_ok; };
  std::vector<const TrialRun*> before, after;
  std::copy_if(baseline.begin(), baseline.end(), std::back_inserter(before), completes);
  std::copy_if(variant.begin(), variant.end(), std::back_inserter(after), completes);
  const auto& reference = before.empty() ? after : before;
  if (!reference.empty())
    if (std::string what = first_difference(reference, after, how); !what.empty())
      return {Outcome::not_equivalent, what};
  const std::string counts =
      fmt::format("{} of {} of the baseline and {} of {} of the variant end with 0", before.size(),
                  plural(baseline.size(), "run"), after.size(), plural(variant.size(), "run"));
  if (after.size() < variant.size() && before.size() == baseline.size())
    return {Outcome::harmful, counts};
  if (after.empty() || before.size() == baseline.size()) return {Outcome::no_effect, counts};
  if (after.size() < variant.size()) return {Outcome::optimistic, counts};
  return {Outcome::held, counts};
}

void set(Verification& verification, const Judgement& judgement) {
  verification.outcome = judgement.outcome;
  verification.why = judgement.why;
}

std::string why_not_run(const Trial& trial) {
  for (const TrialRun& run : trial.runs)
    if (!run.rejected.empty()) return trial.variant + ": " + run.rejected;
  return trial.variant + " was not run";
}

Judgement say_too_few(const Verification& so_far) {
  return {Outcome::not_tested, fmt::format("{} that count; an interval takes 3 a side",
                                           plural(static_cast<std::size_t>(so_far.pairs), "pair"))};
}

std::string write_prediction(const Promise& promise) {
  if (!promise.prediction) return fmt::format("no prediction: {}\n", promise.why_none);
  const Prediction& prediction = *promise.prediction;
  const Quantity& speedup = prediction.speedup;
  std::string text = fmt::format("speedup: {}\nlow: {}\nhigh: {}\nmodel: {}\n", speedup.value,
                                 speedup.low, speedup.high, prediction.model);
  for (const std::string& one : prediction.assumptions) text += "assumes: " + one + "\n";
  return text;
}

}  // namespace

std::string write_down(const Promise& promise) {
  return fmt::format("of: {}\nbaseline: {}\nvariant: {}\nremedy: {}\nclaim: {}\n", promise.of,
                     promise.baseline, promise.variant,
                     promise.remedy ? to_string(*promise.remedy) : "none", promise.claim) +
         write_prediction(promise);
}

Verification verify(const Promise& promise, const Trial& baseline, const Trial& variant,
                    const Equivalence& how) {
  Verification result = take_figures(promise, baseline, variant);
  const auto before = whole_runs(baseline), after = whole_runs(variant);
  if (before.empty() || after.empty()) {
    set(result, {Outcome::not_tested, why_not_run(before.empty() ? baseline : variant)});
    return result;
  }
  if (promise.claim == "completes") {
    set(result, judge_completion(before, after, how));
    return result;
  }
  if (before.front()->exit_status != exit_ok) {
    set(result, {Outcome::not_tested,
                 fmt::format("the baseline fails: exit status {}", before.front()->exit_status)});
    return result;
  }
  if (std::string what = first_difference(before, after, how); !what.empty()) {
    set(result, {Outcome::not_equivalent, std::move(what)});
    return result;
  }
  result.measured = measure_speedup(baseline, variant);
  if (!result.measured) {
    set(result, say_too_few(result));
  } else if (promise.prediction) {
    set(result, judge_prediction(*result.measured, promise.prediction->speedup));
  } else {
    set(result, judge_unpredicted(*result.measured, promise.why_none));
  }
  return result;
}

}  // namespace bottleneck
