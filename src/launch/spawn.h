// Starts the target stopped just before exec, so that probes can attach and nothing before exec is
// counted. The target stays in our process group and keeps its terminal, descriptors and signals;
// if we die, it goes on unharmed, and if it was not yet released, it ends without having run
// anything. Does not wait for its end (collect does).
#pragma once

#include <cstdint>

#include <sys/types.h>

#include "src/core/fd.h"
#include "src/core/profile.h"
#include "src/launch/signals.h"

namespace bottleneck {

/// For a rerun that nobody watches (src/prove): these descriptors instead of ours, a process group
/// of its own, and an end with us. Needs: all three open.
struct Apart {
  int input = -1;
  int output = -1;
  int error = -1;
};

class StoppedTarget {
 public:
  /// Errors: throws Error (125) if there can be no new process.
  StoppedTarget(const Target&, bool stdout_to_stderr, const InheritedSignals&,
                const Apart* = nullptr);
  /// Not released: the child ends without exec, and is reaped.
  ~StoppedTarget();
  StoppedTarget(const StoppedTarget&) = delete;
  StoppedTarget& operator=(const StoppedTarget&) = delete;

  pid_t pid() const { return pid_; }

  /// Lets it exec, and returns once it has: the time just before exec. From here on the caller
  /// reaps it. Units: ns of CLOCK_MONOTONIC. Errors: throws Error (127, 126, 125); then the child
  /// is reaped.
  std::int64_t release();

 private:
  void reap();

  Target target_;
  pid_t pid_ = -1;
  bool ours_to_reap_ = true;
  Fd go_;       ///< a byte lets the child exec, its end makes the child exit
  Fd reports_;  ///< ChildReports; closed by a successful exec
};

}  // namespace bottleneck
