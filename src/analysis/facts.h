// Gathers what the rule table asks for about one place in code or one stretch without work. Part of
// derive.
#pragma once

#include <map>

#include "src/analysis/counters.h"
#include "src/analysis/hot_loops.h"
#include "src/analysis/rules.h"

namespace bottleneck {

class FactFinder {
 public:
  FactFinder(const Profile&, const Counters&, const HotLoops&);

  Facts of_code(int location, int process, int window) const;
  Facts of_stretch(const IdleCell&) const;
  bool is_starting(int process, int window) const;
  bool lived_shortly(int process) const;
  /// run_queue's detail around a window: what the machine and the quota did there, held against all
  /// the starving there, of which at least `starved_s` thread-seconds are asked for.
  Detail queue_detail(int window, double starved_s) const;

 private:
  void find_refaults();
  int block_of(int window) const;

  const Profile& profile_;
  const Counters& counters_;
  const HotLoops& loops_;
  bool refaults_ = false;
  std::vector<double> storage_writes_blocked_s_;  ///< by process
  std::vector<double> write_cpu_s_;               ///< by process: CPU in file writes
  std::map<int, SystemCell> system_;              ///< by block of windows
  std::map<int, double> starved_s_;               ///< thread-seconds, by block of windows
};

}  // namespace bottleneck
