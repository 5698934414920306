#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "src/analysis/verify.h"

namespace bottleneck {
namespace {

/// Of the wall time on a CPU; below it a thread is a ticker or only starts others (DESIGN section
/// 4), and must not make a team look unbalanced.
constexpr double least_part = 0.01;
/// A factor nearer to 1 lost nothing that is worth a word.
constexpr double least_loss = 0.05;

std::vector<double> working_threads(const Profile& profile) {
  const double wall_s = profile.this_run().wall_s;
  std::vector<double> cpu_s;
  for (const Thread& thread : profile.threads)
    for (int i = 0; i < thread.folded; ++i)  // a folded row has the sum of its members
      if (thread.cpu_s / thread.folded > least_part * wall_s)
        cpu_s.push_back(thread.cpu_s / thread.folded);
  return cpu_s;
}

double sum(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

bool is_about(const std::string& limit, const char* word) {
  return limit.find(word) != std::string::npos;
}

std::string say_work(const LossFactors& losses, const std::string& limit) {
  if (losses.threads == 1)
    return fmt::format("it uses {:.2f} of the CPU time of before", 1 / losses.work);
  const char* cause = "the CPUs share memory bandwidth, spin, or pass cache lines on";
  if (is_about(limit, "memory_bandwidth")) cause = "the CPUs share memory bandwidth";
  if (is_about(limit, "memory_latency")) cause = "the CPUs share caches and memory";
  if (is_about(limit, "lock")) cause = "threads spin and pass the lock on";
  return fmt::format("work inflation {:.2f}: {}", 1 / losses.work, cause);
}

std::string say_waiting(const LossFactors& losses, const std::string& limit) {
  return fmt::format("waiting: its busiest thread is on a CPU {:.0f} % of the time{}",
                     100 * losses.communication, limit.empty() ? "" : ", the rest is " + limit);
}

struct Factor {
  double value;
  std::string words;
};

/// The factors that lost something, most first.
std::string say_losses(const LossFactors& losses, const std::string& limit) {
  std::vector<Factor> factors = {
      {losses.work, say_work(losses, limit)},
      {losses.load_balance,
       fmt::format("imbalance: {} threads, the mean has {:.0f} % of the busiest one's CPU time",
                   losses.threads, 100 * losses.load_balance)},
      {losses.communication, say_waiting(losses, limit)}};
  std::erase_if(factors, [](const Factor& one) { return one.value > 1 - least_loss; });
  std::sort(factors.begin(), factors.end(),
            [](const Factor& one, const Factor& other) { return one.value < other.value; });
  std::string words;
  for (const Factor& one : factors) words += (words.empty() ? "" : "; ") + one.words;
  return words;
}

/// More than promised: where it came from.
std::string say_gain(const LossFactors& losses) {
  if (losses.work <= 1 + least_loss) return "";
  return fmt::format("it needs {:.2f} of the CPU time of before{}", 1 / losses.work,
                     losses.threads > 1 ? ": parts fit caches that the whole did not" : "");
}

bool missed(Outcome outcome) {
  constexpr std::array misses = {Outcome::optimistic, Outcome::pessimistic, Outcome::no_effect,
                                 Outcome::harmful};
  return std::find(misses.begin(), misses.end(), outcome) != misses.end();
}

}  // namespace

std::optional<LossFactors> factor_losses(const Profile& baseline, const Profile& variant) {
  if (baseline.runs.empty() || variant.runs.empty()) return std::nullopt;
  const auto before = working_threads(baseline), after = working_threads(variant);
  const double before_s = baseline.this_run().wall_s, after_s = variant.this_run().wall_s;
  if (before.empty() || after.empty() || before_s <= 0 || after_s <= 0) return std::nullopt;
  const double most = *std::max_element(after.begin(), after.end());
  const auto many = static_cast<double>(after.size());
  return LossFactors{static_cast<int>(after.size()), sum(after) / many / most, most / after_s,
                     sum(before) / sum(after), sum(before) / before_s};
}

void explain_miss(Verification& verification, const Profile& baseline, const Profile& variant) {
  verification.losses = factor_losses(baseline, variant);
  if (!verification.losses || !missed(verification.outcome)) return;
  const std::string words = verification.outcome == Outcome::pessimistic
                                ? say_gain(*verification.losses)
                                : say_losses(*verification.losses, verification.limit);
  if (!words.empty()) verification.why += "; " + words;
}

}  // namespace bottleneck
