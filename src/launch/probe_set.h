// The probes of one run, each behind a catch: one that fails becomes unavailable with its reason,
// the others go on. Knows when each wants to be called; does not know what any of them observes.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <poll.h>

#include "probes/probe.h"

namespace bottleneck {

class ProbeSet {
 public:
  /// Asks each what it can see here; those that see nothing are not attached.
  ProbeSet(const System&, std::vector<std::unique_ptr<Probe>>);

  /// What the target's environment needs for it to be observed ("NAME=value"). Those that stand in
  /// for a probe that lives are not asked.
  std::vector<std::string> prepare(const std::string& program,
                                   const std::vector<std::string>& environment);
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

  /// One of them keeps the process tree.
  bool keeps_tree() const;

  /// Puts the states into the profile, in the order of the probes, finishes those that keep the
  /// tree (they come first), calls `after_tree` (the timeline's windows must be known by then) and
  /// finishes the others.
  void finish(Profile&, const std::function<void()>& after_tree);

 private:
  struct Driven {
    std::unique_ptr<Probe> probe;
    ProbeState state;
    bool alive = false;
    bool keeps_tree = false;
    bool needless = false;  ///< stands in for one that lives: not mentioned
    std::int64_t next_ns = 0;
  };
  static void guard(Driven&, const std::function<void(Probe&)>& call);
  bool is_stand_in(const Driven&) const;
  void for_alive(const std::function<void(Probe&)>& call);

  std::vector<Driven> driven_;
  std::set<int> hung_up_;
};

}  // namespace bottleneck
