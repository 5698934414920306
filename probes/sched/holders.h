// Which processes of the tree hold a pipe or a socket open, and at which end: decides what is
// inside the tree. Below Descriptors; scans /proc/PID/fd of the live tree, no more often than its
// own cost allows. It does not look at processes outside the tree: whatever nobody inside holds is
// outside.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include <sys/types.h>

#include "probes/probe.h"

namespace bottleneck {

struct Holder {
  pid_t pid = 0;
  bool reads = false;
  bool writes = false;
};

class Holders {
 public:
  explicit Holders(System system) : system_(std::move(system)) {}

  /// The processes that hold what has this link text ("pipe:[4711]", "socket:[4712]", the path of a
  /// FIFO). nullopt: not known, since a scan now would cost too much.
  std::optional<std::vector<Holder>> find(const std::string& link, const ProcessTree&);
  /// Whether any process of the tree holds that socket.
  std::optional<bool> holds_socket(unsigned long inode, const ProcessTree&);

 private:
  using Clock = std::chrono::steady_clock;
  bool may_scan(Clock::time_point now) const;
  void scan(const ProcessTree&);
  void scan_process(pid_t pid);

  System system_;
  std::unordered_map<std::string, std::vector<Holder>> held_;
  Clock::time_point scanned_{};
  Clock::duration cost_{};
  bool ever_ = false;
};

}  // namespace bottleneck
