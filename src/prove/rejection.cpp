#include "src/prove/rejection.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "src/core/error.h"

namespace bottleneck {
namespace {

// Source of the three: docs/prediction.md, "how it is verified".
constexpr double most_others = 0.02;     // of the wall time of all CPUs
constexpr double most_run_delay = 0.02;  // of the wall time
constexpr double most_steal = 0.01;      // of the wall time
/// Below it /proc/stat cannot tell: it counts in 10 ms, in several columns (proc(5)).
constexpr double coarse_s = 0.03;
/// Waking up at fork and exec alone takes some of it, however idle the machine.
constexpr double least_run_delay_s = 0.0005;
/// A library's first page, evicted meanwhile, is not a cold cache.
constexpr long most_major_faults = 10;
constexpr double most_rejected = 0.3;

bool was_ended_by_us(const TrialRun& run) {
  return !run.rejected.empty() && run.exit_status == exit_timed_out;
}

/// The cause without its figures.
std::string cause_of(const std::string& rejected) { return rejected.substr(0, rejected.find(':')); }

std::string percent(double part, double whole) {
  return fmt::format("{:.0f} % of the time", 100 * part / whole);
}

}  // namespace

std::string why_rejected(const TrialRun& run, const Circumstances& around) {
  const double wall_s = run.wall_s;
  if (run.steal_s > std::max(coarse_s, most_steal * wall_s))
    return "the hypervisor took CPU time: " + percent(run.steal_s, wall_s);
  if (run.others_s > std::max(coarse_s, most_others * wall_s * around.cpus))
    return "other programs used the CPUs: " + percent(run.others_s, wall_s);
  // Threads of its own that outnumber the CPUs delay each other: that is the arm, not the machine.
  const double by_others_s =
      run.cpu_s > wall_s ? std::min(run.run_delay_s, run.others_s + run.steal_s) : run.run_delay_s;
  if (by_others_s > std::max(least_run_delay_s, most_run_delay * wall_s))
    return "it waited for a CPU: " + percent(by_others_s, wall_s);
  if (const long more = run.major_faults - around.usual_major_faults; more > most_major_faults)
    return fmt::format("it read from storage: {} page faults more than in other runs", more);
  return "";
}

std::string accept_noise(std::vector<Trial>& trials) {
  std::map<std::string, int> causes;
  int runs = 0, rejected = 0;
  for (const Trial& trial : trials) {
    for (const TrialRun& run : trial.runs) {
      if (was_ended_by_us(run)) continue;
      ++runs;
      if (run.rejected.empty()) continue;
      ++rejected;
      ++causes[cause_of(run.rejected)];
    }
  }
  if (rejected <= most_rejected * runs) return "";
  std::string why;
  for (const auto& [cause, count] : causes)
    why += fmt::format("{}{} in {}", why.empty() ? "" : ", ", cause, count);
  for (Trial& trial : trials)
    for (TrialRun& run : trial.runs)
      if (!was_ended_by_us(run)) run.rejected.clear();
  return fmt::format("the machine was too busy to drop runs: {} of {} runs; all count", why, runs);
}

}  // namespace bottleneck
