// Who ran, where, and how it ended: the target, the machine, the run, its processes and threads.
// Plain values of a Profile (profile.h); times in seconds since exec of the target.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace bottleneck {

struct Target {
  std::vector<std::string> command;
  std::string directory;                 ///< -C; "" = unchanged
  std::vector<std::string> environment;  ///< --env K=V as given
};

struct Machine {
  std::string cpu_model;
  std::string kernel;  ///< uname -r
  int cpus_online = 0;
  int cpus_allowed = 0;                             ///< by affinity
  std::optional<double> cpu_quota;                  ///< CPUs by cgroup quota; none = no quota
  std::optional<std::uint64_t> memory_bytes;        ///< of the machine
  std::optional<std::uint64_t> memory_limit_bytes;  ///< of the cgroup or rlimit; none = no limit
  std::optional<std::uint64_t> l2_bytes;            ///< per core, as reported by the machine
  bool virtualized = false;
  /// n of DESIGN section 4: CPUs that the target may use, at least 1. A quota of 0.5 gives 1.
  int cpus() const;
};

/// One run's end. With -n there are several in Profile::runs and the profile is that of the median
/// run.
struct Run {
  double wall_s = 0;  ///< exec to exit of the launched process
  double user_s = 0;  ///< CPU of the launched process and its reaped descendants
  double system_s = 0;
  std::uint64_t max_rss_bytes = 0;
  int exit_status = 0;  ///< as passed on: 0..255, 128+N after signal N
  int signal = 0;       ///< 0 = exited
  bool timed_out = false;
  bool interrupted = false;  ///< ended by a signal that was sent to us
};

struct Process {
  int pid = 0;
  int parent = -1;         ///< index into Profile::processes; -1 = the launched process
  std::string executable;  ///< path as mapped; "" unknown
  std::string name;        ///< comm
  double start_s = 0;
  double end_s = 0;
  bool still_running = false;  ///< when the launched process ended
  int folded = 1;  ///< how many processes of this name stand behind this row; its times are then
                   ///< one member's
};

struct Thread {
  int process = 0;  ///< index into Profile::processes
  int tid = 0;
  std::string name;
  double start_s = 0;
  double end_s = 0;
  double cpu_s = 0;            ///< on a CPU, exact from switch records
  bool ticker = false;         ///< on a CPU for less than 1 % of its life, and it lived >= 100 ms
  std::uint64_t switches = 0;  ///< voluntary switch-outs
  std::uint64_t preemptions = 0;  ///< switched out while runnable
  int folded = 1;                 ///< how many threads of this name stand behind this row
};

}  // namespace bottleneck
