// The book of a process tree's counters: turns readings (which contain reaped children) into what
// each process moved by, nothing counted twice. A child that vanishes between two readings was
// either waited for, and then its parent's counters have gained its final values: what was booked
// for the child before is taken off the parent; or it was not (orphan, SIGCHLD ignored), and what
// was booked for it stands. Pure: it reads no file and no clock.
#pragma once

#include <map>
#include <vector>

#include "probes/io/counter_samples.h"
#include "probes/io/process_files.h"

namespace bottleneck {

class TreeCounters {
 public:
  explicit TreeCounters(CounterSamples samples = CounterSamples()) : samples_(std::move(samples)) {}

  /// The counters of the launched process before exec: not the target's.
  void start_from(const ProcessReading&);
  /// Books what `reading` moved by since the last one of that process; a new process began at zero.
  /// Units: time_s since exec; since_s: the earliest time a new process can have been born.
  void observe(const ProcessReading& reading, double time_s, double since_s);
  /// The process is gone and was reaped by somebody.
  void vanish(pid_t, double time_s);

  bool knows(pid_t pid) const { return open_.contains(pid); }
  const CounterSamples& samples() const { return samples_; }

 private:
  struct Debt {
    CounterDelta booked;
    std::uint64_t minor_faults;  ///< a parent that waited for it has gained at least these
  };
  struct Open {
    pid_t parent = 0;
    std::uint64_t start_ticks = 0;
    double time_s = 0;
    CounterValues<std::uint64_t> last;
    std::uint64_t reaped = 0;   ///< minor faults of children waited for, by the last reading
    std::uint64_t settled = 0;  ///< of these, explained by children whose debt was taken off
    bool io_seen = false;
    std::vector<Debt> debts;
  };
  void settle(pid_t, Open&, double time_s);

  CounterSamples samples_;
  std::map<pid_t, Open> open_;
};

}  // namespace bottleneck
