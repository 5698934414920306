#include <algorithm>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

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

bool leads(const Profile& profile, const Thread& thread) {
  return thread.tid == profile.processes.at(static_cast<std::size_t>(thread.process)).pid;
}

/// A main thread that works beside the others is one of them, but never the one that has too much:
/// what it does alone is serial work, no imbalance.
void admit_leaders(const Profile& profile, const std::vector<double>& useful,
                   std::map<std::pair<int, std::string>, Team>& teams) {
  const std::vector<bool> together = works_beside_others(profile);
  for (std::size_t i = 0; i < profile.threads.size(); ++i) {
    const Thread& one = profile.threads[i];
    if (!leads(profile, one) || !together[static_cast<std::size_t>(one.process)]) continue;
    for (auto& [key, team] : teams) {
      if (key.first != one.process || team.empty()) continue;
      const auto busiest = std::max_element(
          team.begin(), team.end(),
          [](const Member& a, const Member& b) { return a.useful_s < b.useful_s; });
      if (busiest->useful_s <= useful[i]) continue;
      team.push_back({team.front().start_s, team.front().end_s, useful[i], 1});
    }
  }
}

/// Threads of a process that have the same name, by which runtimes tell their threads apart.
std::vector<Team> thread_teams(const Profile& profile, const std::vector<double>& useful) {
  std::map<std::pair<int, std::string>, Team> teams;
  for (std::size_t i = 0; i < profile.threads.size(); ++i) {
    const Thread& one = profile.threads[i];
    if (leads(profile, one)) continue;
    teams[{one.process, one.name}].push_back(
        {one.start_s, one.end_s, useful[i], std::max(1, one.folded)});
  }
  admit_leaders(profile, useful, teams);
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

std::vector<bool> works_beside_others(const Profile& profile) {
  std::vector<double> all_s(profile.processes.size()), beside_s(profile.processes.size());
  for (const WorkCell& cell : profile.timeline.work) {
    const Thread& thread = profile.threads.at(static_cast<std::size_t>(cell.thread));
    if (!leads(profile, thread)) continue;
    const auto process = static_cast<std::size_t>(thread.process);
    all_s[process] += cell.seconds;
    if (cell.instant.working > 1) beside_s[process] += cell.seconds;
  }
  std::vector<bool> together(profile.processes.size());
  for (std::size_t i = 0; i < together.size(); ++i)
    together[i] = all_s[i] > 0 && beside_s[i] >= team_work_share * all_s[i];
  return together;
}

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
