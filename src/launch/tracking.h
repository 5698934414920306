// The run from release to end: waits for the probes' descriptors and ticks, passes signals on,
// keeps the time-out, and says when the run is over. Neither reaps the target nor makes a Profile
// of it (collect does).
#pragma once

#include <cstdint>
#include <limits>

#include "src/launch/collect.h"
#include "src/launch/probe_set.h"
#include "src/launch/signals.h"
#include "src/launch/tree_scan.h"

namespace bottleneck {

class Tracking {
 public:
  Tracking(const LaunchOptions&, const System&, SignalQueue&, ProbeSet&, ProcessTree&);

  /// Returns when the launched process is a zombie (wait_tree: and the others of the tree are
  /// gone).
  void follow(std::int64_t start_ns);

  std::int64_t end_ns() const { return end_ns_; }
  bool timed_out() const { return timed_out_; }
  /// The last signal of those that end programs which reached us; 0 = none.
  int asked_to_end_by() const { return asked_to_end_by_; }
  const TreeScan& tree_scan() const { return scan_; }

 private:
  static constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();

  void wait_for_something();
  void pass_on_signals();
  void keep_timeout();
  void keep_tree();
  void end_all(int signal);
  bool is_over();

  const LaunchOptions& options_;
  const System& system_;
  SignalQueue& signals_;
  ProbeSet& probes_;
  ProcessTree& tree_;
  TreeScan scan_;
  std::int64_t now_ns_ = 0;
  std::int64_t end_ns_ = 0;
  std::int64_t terminate_ns_ = never;
  std::int64_t kill_ns_ = never;
  bool root_ended_ = false;
  bool timed_out_ = false;
  int asked_to_end_by_ = 0;
};

}  // namespace bottleneck
