// The software events that sampling rests on, opened for one target. Three ways, best first:
// CPU-wide and filtered to the tree by us (no cost per fork; root or CAP_PERFMON), inherited with
// the kernel's side, inherited without it. Nothing here interprets a record.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include <sys/types.h>

#include "probes/perf/ring.h"
#include "src/core/fd.h"
#include "src/core/measurement.h"

namespace bottleneck::perf {

enum class Scope {
  cpu_wide,        ///< all tasks of every CPU; tier B1
  inherited,       ///< the target and what it creates, kernel included; tier B1
  inherited_user,  ///< the same, kernel samples and context-switch samples withheld; tier B2
};

enum class EventKind : std::uint8_t { clock, burst, switch_sample, side_band };

struct Event {
  Fd fd;
  std::uint64_t id = 0;
  EventKind kind = EventKind::side_band;
};

/// Sampling rates. Source of the default: 997 is prime, so that it beats with no periodic program
/// (research/pmuless.md section 9); bursts at 10 kHz cost 4 to 6 us a sample, so they are short.
struct Rates {
  int clock_hz = 997;
  int burst_hz = 9973;
};

/// All events of one run with their rings (one a CPU).
class EventSet {
 public:
  /// Opens everything for `target` (stopped before exec). Inherited events start by themselves at
  /// exec; CPU-wide ones by enable(). Errors: throws std::system_error with the errno of
  /// perf_event_open or mmap.
  EventSet(Scope scope, pid_t target, const Rates& rates);

  void enable(EventKind kind, bool on);
  Scope scope() const { return scope_; }
  std::vector<Ring>& rings() { return rings_; }
  std::vector<int> wake_fds() const;
  EventKind kind_of(std::uint64_t id) const;

 private:
  void open_cpu(int cpu, pid_t target, const Rates& rates);
  Scope scope_;
  std::vector<Event> events_;
  std::vector<Ring> rings_;
  std::vector<int> ring_fds_;
  std::unordered_map<std::uint64_t, EventKind> kinds_;
};

/// The best scope that the kernel grants us here, tried on our own process; nullopt with the errno
/// of the last try.
struct Grant {
  std::optional<Scope> scope;
  int error = 0;
};
Grant best_scope();

}  // namespace bottleneck::perf
