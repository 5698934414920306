// The probes of one run, each behind a catch: one that fails becomes unavailable with its reason,
// the others go on. Knows when each wants to be called; does not know what any of them observes.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <vector>

#include <poll.h>

#include "probes/probe.h"

namespace bottleneck {

class ProbeSet {
 public:
  /// Asks each what it can see here; those that see nothing are not attached.
  ProbeSet(const System&, std::vector<std::unique_ptr<Probe>>);

  void attach(ProcessTree&);
  void target_started(std::int64_t now_ns);
  void target_exited(ProcessTree&, std::int64_t now_ns);

  /// Appends what to wait for. A descriptor whose other end is gone is left out: it would wake us
  /// for ever.
  void add_wake_fds(std::vector<pollfd>&) const;
  /// When the first of them wants to be called; INT64_MAX = none does. Units: ns of
  /// CLOCK_MONOTONIC.
  std::int64_t next_tick_ns() const;
  /// Calls those whose descriptors are ready or whose time has come.
  void tick(ProcessTree&, const std::vector<pollfd>& polled, std::int64_t now_ns);
  void tick_all(ProcessTree&);

  /// The sampler lives: its fork and exit records keep the process tree.
  bool keeps_tree() const;

  /// Puts the states into the profile, in the order of the probes, finishes the first, calls
  /// `after_first` (the timeline's windows must be known by then) and finishes the others.
  void finish(Profile&, const std::function<void()>& after_first);

 private:
  struct Driven {
    std::unique_ptr<Probe> probe;
    ProbeState state;
    bool alive = false;
    std::int64_t next_ns = 0;
  };
  static void guard(Driven&, const std::function<void(Probe&)>& call);
  void for_alive(const std::function<void(Probe&)>& call);

  std::vector<Driven> driven_;
  std::set<int> hung_up_;
};

}  // namespace bottleneck
