// What the counters of each process moved by, over time, in bounded memory: neighbouring slots are
// merged by doubling the slot when there are too many entries, and processes that have ended are
// folded into their parents when that is not enough. Differences are signed: a correction may come
// a slot after what it corrects (see tree_counters.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>

#include "probes/io/process_files.h"

namespace bottleneck {

using CounterDelta = CounterValues<std::int64_t>;

class CounterSamples {
 public:
  /// Memory stays below 4 MB (an entry with its tree node takes some 160 bytes).
  static constexpr std::size_t most_entries = 20'000;

  explicit CounterSamples(double slot_s = 0.1, std::size_t limit = most_entries)
      : slot_s_(slot_s), limit_(limit) {}

  /// Adds to what `pid` did around `time_s`. All zero is not kept.
  void add(double time_s, pid_t pid, const CounterDelta&);
  /// This process has ended; if memory gets short, it is folded into `parent`.
  void may_fold(pid_t pid, pid_t parent) { parents_[pid] = parent; }

  double slot_s() const { return slot_s_; }
  /// By slot (time = (slot + 0.5) * slot_s) and process.
  const std::map<std::pair<std::int64_t, pid_t>, CounterDelta>& entries() const { return entries_; }

 private:
  void shrink();
  void merge_neighbours();
  void fold_ended();

  double slot_s_;
  std::size_t limit_;
  std::map<std::pair<std::int64_t, pid_t>, CounterDelta> entries_;
  std::map<pid_t, pid_t> parents_;
};

}  // namespace bottleneck
