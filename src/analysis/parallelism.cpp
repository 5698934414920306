#include "src/analysis/parallelism.h"

#include <algorithm>

#include <fmt/format.h>

namespace bottleneck {
namespace {

struct Times {
  std::vector<double> at;  ///< wall seconds with exactly k working, last: n or more
  double working_s = 0;    ///< wall seconds with at least one working
  double thread_s = 0;     ///< seconds of work, summed over threads
  double serial_s = 0;     ///< one thread works alone, none starves, nobody straggles
  double idle_s = 0;       ///< nobody works, starves or burns CPU in a lock
  double starved_alone_s = 0;
  double crowded_s = 0;  ///< own runnable threads beyond 1.25 n
  double busy_s() const { return working_s + starved_alone_s; }
};

Times add_up(const Profile& profile, const Evidence& evidence) {
  const int cpus = evidence.cpus;
  Times times;
  times.at.resize(static_cast<std::size_t>(cpus) + 1);
  const auto crowded = [&](const Instant& now) {
    return now.working + now.spinning + now.starved > oversubscribed_factor * cpus;
  };
  const std::vector<bool> together = works_beside_others(profile);
  for (const WorkCell& cell : profile.timeline.work) {
    const Thread& thread = profile.threads.at(static_cast<std::size_t>(cell.thread));
    const auto process = static_cast<std::size_t>(thread.process);
    const bool straggler = together.at(process) && thread.tid != profile.processes[process].pid;
    if (cell.instant.working == 1 && cell.instant.starved == 0 && !straggler)
      times.serial_s += cell.seconds;
    const int working = std::max(1, cell.instant.working);
    const double wall = cell.seconds / working;
    times.at[static_cast<std::size_t>(std::min(working, cpus))] += wall;
    times.working_s += wall;
    times.thread_s += cell.seconds;
    if (crowded(cell.instant)) times.crowded_s += wall;
  }
  for (const IdleCell& cell : profile.timeline.idle) {
    if (cell.instant.starved > 0 || was_fought(evidence, cell)) {
      times.starved_alone_s += cell.seconds;
      if (crowded(cell.instant)) times.crowded_s += cell.seconds;
    } else {
      times.idle_s += cell.seconds;
    }
  }
  // A device counts as one more working thread.
  times.idle_s = std::max(0.0, times.idle_s - evidence.device_alone_s);
  times.working_s += evidence.device_alone_s;
  times.thread_s += evidence.device_alone_s;
  times.serial_s += evidence.device_alone_s;
  times.at[1] += evidence.device_alone_s;
  times.at[0] = std::max(0.0, evidence.wall_s - times.working_s);
  return times;
}

}  // namespace

ParallelismReport measure_parallelism(const Profile& profile, const Evidence& evidence) {
  const Times times = add_up(profile, evidence);
  const double busy_s = times.busy_s();
  ParallelismReport report;
  report.seconds_at = times.at;
  report.average = times.working_s > 0 ? times.thread_s / times.working_s : 0;
  report.serial_share = evidence.wall_s > 0 ? std::min(1.0, times.serial_s / evidence.wall_s) : 0;
  const double useful = busy_s > 0 ? times.thread_s / busy_s : 0;
  const Imbalance team = find_imbalance(profile, busy_s);
  if (times.idle_s > idle_share * evidence.wall_s && evidence.wall_s > 0) {
    report.word = Parallelism::idle;
    report.why =
        fmt::format("nobody works {:.0f} % of the time", 100 * times.idle_s / evidence.wall_s);
  } else if (busy_s > 0 && times.crowded_s > oversubscribed_share * busy_s) {
    report.word = Parallelism::oversubscribed;
    report.why = fmt::format(
        "more than {:.1f} runnable threads on {} CPUs for {:.0f} % of the busy time",
        oversubscribed_factor * evidence.cpus, evidence.cpus, 100 * times.crowded_s / busy_s);
  } else if (useful >= parallel_share * evidence.cpus) {
    report.word = Parallelism::parallel;
    report.why = fmt::format("{:.1f} of {} CPUs work while anything does", useful, evidence.cpus);
  } else if (team.ratio > imbalance_ratio) {
    report.word = Parallelism::imbalanced;
    report.why =
        fmt::format("the busiest of {} equal {} works {:.2f} s, the mean is {:.2f} s", team.members,
                    team.processes ? "processes" : "threads", team.max_s, team.mean_s);
  } else {
    report.word = Parallelism::serial;
    report.why =
        busy_s > 0
            ? fmt::format("{:.1f} of {} CPUs work; one thread works alone {:.0f} % of the time",
                          useful, evidence.cpus, 100 * report.serial_share)
            : "nothing was seen to work";
  }
  return report;
}

}  // namespace bottleneck
