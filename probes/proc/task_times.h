// The times of one thread, from /proc/PID/task/TID/{schedstat,stat}: how long it ran, how long it
// was runnable without a CPU, and how much of its time was the kernel's. What is not there
// (schedstat needs CONFIG_SCHED_INFO) is taken from the ticks of stat, or absent.
#pragma once

#include <cstdint>
#include <optional>

#include <sys/types.h>

#include "probes/system.h"

namespace bottleneck::proc {

struct TaskTimes {
  char state = '?';            ///< as in stat: R running or runnable, S, D, T, Z, ...
  std::int64_t run_ns = 0;     ///< on a CPU, since its birth
  std::int64_t delay_ns = 0;   ///< runnable without a CPU; 0 where `exact` is false
  std::uint64_t slices = 0;    ///< times it was given a CPU; 0 where `exact` is false
  std::int64_t kernel_ns = 0;  ///< part of run_ns, in whole ticks
  bool exact = false;          ///< by schedstat, not by ticks
};

class TaskFiles {
 public:
  /// Keeps the files open: a thread that has ended then reads as gone.
  TaskFiles(const System& system, pid_t pid, pid_t tid, bool keep_open);
  /// nullopt: gone, or not to be read.
  std::optional<TaskTimes> read() const;

 private:
  System system_;
  std::string folder_;
  bool keep_open_;
  KeptFile times_;
  KeptFile stat_;
};

/// Nanoseconds of a clock tick of /proc.
std::int64_t tick_ns();

}  // namespace bottleneck::proc
