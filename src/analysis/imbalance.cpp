#include <algorithm>
#include <limits>
#include <map>
#include <string>
#include <tuple>

#include "src/analysis/parallelism.h"

namespace bottleneck {
namespace {

struct Member {
  double start_s;
  double end_s;
  double useful_s;  ///< CPU time of work: no spinning, no fighting for locks
  int folded;
};

using Team = std::vector<Member>;

/// Useful CPU seconds by thread; tickers are not in the work cells, their CPU time is nearly
/// nothing.
std::vector<double> useful_by_thread(const Profile& profile) {
  std::vector<double> useful(profile.threads.size());
  for (const WorkCell& cell : profile.timeline.work)
    useful.at(static_cast<std::size_t>(cell.thread)) += cell.seconds;
  for (std::size_t i = 0; i < useful.size(); ++i)
    if (profile.threads[i].ticker) useful[i] = std::max(useful[i], profile.threads[i].cpu_s);
  return useful;
}

/// Threads of a process that started in the same function (else: of the same name), the main thread
/// left out: it leads, and its serial work is no imbalance.
std::vector<Team> thread_teams(const Profile& profile, const std::vector<double>& useful) {
  std::map<std::tuple<int, bool, std::string>, Team> teams;
  std::vector<bool> led(profile.processes.size());
  for (std::size_t i = 0; i < profile.threads.size(); ++i) {
    const Thread& one = profile.threads[i];
    const auto process = static_cast<std::size_t>(one.process);
    const bool leader = one.tid == profile.processes.at(process).pid || !led[process];
    led[process] = true;
    if (leader) continue;
    const bool by_function = !one.start_function.empty();
    teams[{one.process, by_function, by_function ? one.start_function : one.name}].push_back(
        {one.start_s, one.end_s, useful[i], std::max(1, one.folded)});
  }
  std::vector<Team> all;
  for (auto& [key, team] : teams) all.push_back(std::move(team));
  return all;
}

/// Children of one process with the same executable. Stages of a pipeline differ in it.
std::vector<Team> process_teams(const Profile& profile, const std::vector<double>& useful) {
  std::vector<double> by_process(profile.processes.size());
  for (std::size_t i = 0; i < useful.size(); ++i)
    by_process.at(static_cast<std::size_t>(profile.threads[i].process)) += useful[i];
  std::map<std::pair<int, std::string>, Team> teams;
  for (std::size_t i = 0; i < profile.processes.size(); ++i) {
    const Process& one = profile.processes[i];
    // Folded rows stand for many short ones: tasks of a queue, no team.
    if (one.parent < 0 || one.executable.empty() || one.folded > 1) continue;
    teams[{one.parent, one.executable}].push_back({one.start_s, one.end_s, by_process[i], 1});
  }
  std::vector<Team> all;
  for (auto& [key, team] : teams) all.push_back(std::move(team));
  return all;
}

/// Only what started together, and only if it did most of its group's work: else it is a queue of
/// tasks.
Imbalance judge_team(const Team& group) {
  Imbalance found;
  double start = std::numeric_limits<double>::max(), end = 0, all_s = 0;
  for (const Member& one : group) {
    start = std::min(start, one.start_s);
    end = std::max(end, one.end_s);
    all_s += one.useful_s;
  }
  double sum = 0;
  for (const Member& one : group) {
    if (one.start_s > start + team_start_share * (end - start)) continue;
    found.members += one.folded;
    sum += one.useful_s;
    found.max_s = std::max(found.max_s, one.useful_s / one.folded);
  }
  if (found.members < 2 || sum <= team_work_share * all_s) return {};
  found.mean_s = sum / found.members;
  found.ratio = found.mean_s > 0 ? found.max_s / found.mean_s : 1;
  found.share = end - start;
  return found;
}

}  // namespace

Imbalance find_imbalance(const Profile& profile, double busy_s) {
  const std::vector<double> useful = useful_by_thread(profile);
  double all_s = 0;
  for (double one : useful) all_s += one;
  Imbalance worst;
  const auto look_at = [&](const std::vector<Team>& teams, bool processes) {
    for (const Team& team : teams) {
      Imbalance found = judge_team(team);
      if (found.members < 2 || found.share < team_work_share * busy_s) continue;
      if (found.mean_s * found.members < team_work_share * all_s || found.ratio <= worst.ratio)
        continue;
      found.processes = processes;
      worst = found;
    }
  };
  look_at(thread_teams(profile, useful), false);
  look_at(process_teams(profile, useful), true);
  const double wall_s = profile.runs.empty() ? 0 : profile.this_run().wall_s;
  worst.share = wall_s > 0 ? std::min(1.0, worst.share / wall_s) : 0;
  return worst;
}

}  // namespace bottleneck
