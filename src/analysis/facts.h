// Gathers what the rule table asks for about one place in code or one stretch without work. Part of
// derive.
#pragma once

#include <map>

#include "src/analysis/counters.h"
#include "src/analysis/rules.h"

namespace bottleneck {

class FactFinder {
 public:
  FactFinder(const Profile&, const Counters&);

  Facts of_code(int location, int process, int window) const;
  Facts of_stretch(const IdleCell&) const;
  bool is_starting(int process, int window) const;
  bool lived_shortly(int process) const;
  /// run_queue's detail at a window in which `starved_s` thread-seconds were starved.
  Detail queue_detail(int window, double starved_s) const;

 private:
  void find_refaults();

  const Profile& profile_;
  const Counters& counters_;
  bool refaults_ = false;
  std::vector<double> storage_writes_blocked_s_;  ///< by process
  std::vector<double> write_cpu_s_;               ///< by process: CPU in file writes
  std::map<int, SystemCell> system_;              ///< by block of windows
};

}  // namespace bottleneck
