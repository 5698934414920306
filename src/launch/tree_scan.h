// Keeps the process tree by looking at /proc, where the sampler's fork and exit records are not to
// be had. It misses processes that live for less than an interval, and descendants of those whose
// parent ended before they were seen.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "probes/probe.h"

namespace bottleneck {

class TreeScan {
 public:
  explicit TreeScan(System);

  /// Brings tree.live and tree.ever up to date. Units: ns of CLOCK_MONOTONIC.
  void scan(ProcessTree& tree, std::int64_t now_ns);
  /// When to scan again: it may cost no more than 1 % of one CPU.
  std::int64_t next_scan_ns() const { return next_scan_ns_; }
  /// Adds the processes seen, those in tree.live as still running. Needs: profile.processes[0] is
  /// the root.
  void describe(const ProcessTree& tree, std::int64_t start_ns, std::int64_t end_ns,
                Profile& profile) const;

 private:
  struct Seen {
    pid_t parent = 0;
    std::uint64_t start_ticks = 0;  ///< tells a process from a later one of the same number
    std::string name;
    std::int64_t first_ns = 0;
    std::int64_t last_ns = 0;
  };
  using Processes = std::map<pid_t, Seen>;
  std::optional<Seen> read_living(pid_t) const;
  Processes read_all() const;
  std::vector<pid_t> read_children(pid_t) const;
  /// Those of `known` that live, and their descendants.
  Processes read_tree(const std::set<pid_t>& known) const;

  System system_;
  bool kernel_lists_children_ = false;
  Processes seen_;
  std::int64_t next_scan_ns_ = 0;
};

/// There is such a process and it is no zombie.
bool is_alive(const System&, pid_t);

}  // namespace bottleneck
