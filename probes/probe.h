// The one interface of everything that observes. Driven by src/launch: check, attach while the
// target is stopped before exec, tick while it runs, target_exited while it is a zombie (its /proc
// is still readable), finish. A probe that throws Error becomes unavailable with that reason; the
// others go on.
#pragma once

#include <chrono>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

#include "probes/system.h"
#include "src/core/profile.h"

namespace bottleneck {

/// The live processes of the tree, kept by whoever sees births and deaths first (the sampler's fork
/// records, else /proc scanning in src/launch). Shared by all probes of one run.
struct ProcessTree {
  pid_t root = 0;
  std::set<pid_t> live;  ///< thread-group ids
  std::set<pid_t> ever;
};

class Probe {
 public:
  virtual ~Probe() = default;
  /// Dotted like its folder: "perf.sampler", "io".
  virtual std::string_view name() const = 0;
  /// What it can see here and how to get more. Never throws, attaches nothing: `doctor` calls it
  /// alone.
  virtual ProbeState check(const System&) = 0;
  /// It keeps the process tree and sets the timeline. The first that can be attached does; the
  /// others of that kind stand in for it and are not attached.
  virtual bool keeps_tree() const { return false; }
  /// What it lacks here may come with the target (a driver in its LD_LIBRARY_PATH): it is attached
  /// though its check says "unavailable", and `finish` has the last word.
  virtual bool may_yet_see() const { return false; }
  /// Settings ("NAME=value") that the target needs to be observed. Asked before the target exists,
  /// with the file that will be run ("" unknown) and the environment it would have.
  virtual std::vector<std::string> prepare(const std::string& /*program*/,
                                           const std::vector<std::string>& /*environment*/) {
    return {};
  }
  /// The target exists, stopped before exec; nothing before exec may be counted. Errors: throws
  /// Error.
  virtual void attach(ProcessTree&) = 0;
  /// Descriptors that become readable when there is work; tick is called then.
  virtual std::vector<int> wake_fds() const { return {}; }
  /// How often tick wants to be called besides; 0 = only for wake_fds.
  virtual std::chrono::milliseconds tick_interval() const { return std::chrono::milliseconds{0}; }
  virtual void tick(ProcessTree&) {}
  /// exec happened at this time. Units: ns of CLOCK_MONOTONIC.
  virtual void target_started(std::int64_t) {}
  /// The launched process is a zombie, not yet reaped. Units: ns of CLOCK_MONOTONIC.
  virtual void target_exited(ProcessTree&, std::int64_t) {}
  /// Adds what it saw to the profile, once, after the end of the run.
  virtual void finish(Profile&) = 0;
};

}  // namespace bottleneck
