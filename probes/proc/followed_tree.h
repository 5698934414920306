// Keeps the books' tasks by looking at /proc, where there are no fork, exec and exit records: the
// processes below the launched one, their threads, their mappings. What lived and died between two
// looks shows only in what its parent has reaped; that CPU time is told apart (Lost).
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <sys/types.h>

#include "probes/probe.h"
#include "probes/sched/ledger.h"

namespace bottleneck::proc {

/// Births and deaths between two looks.
struct Changes {
  std::vector<int> born;  ///< threads, as the ledger numbers them
  std::vector<int> died;
  struct Ended {
    pid_t pid = 0;
    pid_t parent = 0;
    int process = -1;
  };
  std::vector<Ended> ended;  ///< processes
};

/// One process as it was last seen.
struct Followed {
  int process = -1;  ///< as the ledger numbers it
  std::uint64_t start_ticks = 0;
  std::uint64_t code_begin = 0;
  std::string name;
  std::map<pid_t, int> threads;    ///< tid -> thread
  std::uint64_t own_ticks = 0;     ///< of CPU time, threads that have ended included
  std::uint64_t reaped_ticks = 0;  ///< of CPU time of children that it has waited for
  std::uint64_t own_kernel_ticks = 0;
  std::uint64_t reaped_kernel_ticks = 0;
  std::int64_t mapped_ns = 0;  ///< when its mappings were last read
  pid_t parent = 0;
};

class FollowedTree {
 public:
  FollowedTree(const System& system, sched::Ledger& books);

  /// The launched program has been executed.
  void start(std::int64_t exec_ns);
  /// Brings everything up to date. Units: ns of CLOCK_MONOTONIC.
  Changes look(std::int64_t now_ns);
  /// Reads the mappings again if `address`, seen at `seen_ns`, lies in none of those known, and
  /// they were read before that.
  void find_code(pid_t pid, std::uint64_t address, std::int64_t seen_ns, std::int64_t now_ns);

  std::map<pid_t, Followed>& processes() { return processes_; }

 private:
  bool look_at(pid_t pid, Followed& known, std::int64_t now_ns, Changes& changes);
  void list_threads(pid_t pid, Followed& known, std::int64_t now_ns, Changes& changes);
  void find_children(std::int64_t now_ns, Changes& changes);
  std::vector<std::pair<pid_t, pid_t>> children() const;
  std::vector<std::pair<pid_t, pid_t>> children_by_scan() const;
  void adopt(pid_t parent, pid_t child, std::int64_t now_ns, Changes& changes);
  void end_process(pid_t pid, Followed& known, std::int64_t now_ns, Changes& changes);
  void end_thread(pid_t pid, pid_t tid, std::int64_t now_ns);
  void read_code(pid_t pid, Followed& known, bool after_exec, std::int64_t now_ns);
  void tell(pid_t pid, pid_t tid, std::int64_t now_ns, decltype(perf::Record::what) what);

  System system_;
  sched::Ledger& books_;
  std::map<pid_t, Followed> processes_;
  bool children_listed_ = false;  ///< /proc/PID/task/TID/children exists (CONFIG_PROC_CHILDREN)
  std::int64_t next_scan_ns_ = 0;
};

}  // namespace bottleneck::proc
