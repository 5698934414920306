// Devices in the accounting of wall-clock time (DESIGN section 4): a device counts as one more
// working thread while it executes or starts, and a host thread inside a call that waits for it
// waits, spinning or not. Cells of the timeline know their window, operations know their instant;
// so within a window what the threads did is laid beside what the devices did: time bound in calls
// to stretches in which the calling threads did nothing of their own, the rest as chance would have
// it. Its place: attribute asks it for each cell. It changes nothing where no device was used.
#pragma once

#include <map>
#include <vector>

#include "src/analysis/gpu_sweep.h"

namespace bottleneck {

/// What all devices did in a part of a window.
struct GpuMoment {
  double share = 0;  ///< of the time that was asked for
  int devices = 0;   ///< that execute or start something
  /// Of the devices' part, sums to 1. Without devices: who has a stretch in which no thread works;
  /// sums to 1 at most, the rest is for the threads' own reasons.
  std::map<GpuOwner, double> owners;
};
/// Shares sum to 1.
using GpuMoments = std::vector<GpuMoment>;

class GpuAccounting {
 public:
  GpuAccounting(const Profile&, const std::vector<GpuActivity>&, const HotLoops&);

  /// A device did something in that window, or a thread waited for one.
  bool has(int window) const;
  /// Of the thread's work in that window what is its own, not a device's: 0..1.
  double own_part(int window, int thread) const;
  /// Threads with work of their own, on average, while the window looked like this; and the seconds
  /// in which there was none.
  double own_workers(int window, const Instant&) const;
  double own_nothing_s(int window) const;
  /// Seconds of a window of which nothing at all was seen of threads.
  double unseen_s(int window) const;
  GpuMoments beside_work(int window) const;
  GpuMoments beside_idleness(int window) const;
  GpuMoments inside_calls(int window) const;
  /// What threads queued for in that window was their driver's, between commands that are all
  /// launch (gpu_launches.h).
  bool owns_locks(int window) const;
  /// What was seen of devices, in seconds.
  const std::map<const GpuRule*, double>& reasons() const { return reasons_; }

 private:
  /// Of one window and one number of devices, bound in calls or not.
  struct Moment {
    double seconds = 0;
    std::map<GpuOwner, double> owners;  ///< device-seconds; without devices: seconds
  };
  /// A kind of stretch on the threads' side, and how much of it lies in calls for devices.
  struct Stretch {
    double seconds = 0;
    double bound_s = 0;
  };
  struct Window {
    std::map<std::pair<bool, int>, Moment> moments;  ///< by bound in a call, devices
    Stretch work, idle, in_calls;
    double unseen_s = 0;
    std::map<Instant, double> own_workers;
  };
  void find_own_parts(const std::vector<Spans>&);
  void lay_threads_beside();
  GpuMoments mix(int window, const Stretch Window::*) const;

  const Profile& profile_;
  bool fights_over_launches_ = false;
  std::vector<Window> windows_;
  std::map<std::pair<int, int>, double> own_;  ///< by window and thread; others 1
  std::map<const GpuRule*, double> reasons_;
};

}  // namespace bottleneck
