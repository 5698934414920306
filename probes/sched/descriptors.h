// What a file descriptor of a target process leads to: a file, a pipe or socket inside or outside
// the tree, another host, a terminal. Reads /proc/PID/fd, fdinfo and /proc/PID/net; caches shortly,
// since descriptors are reused.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include <sys/types.h>

#include "probes/probe.h"
#include "src/core/waits.h"

namespace bottleneck {

struct DescriptorTarget {
  Peer peer = Peer::unknown;
  std::string
      object;  ///< "/var/log/x", "pipe", "tcp 10.0.0.1:80", "unix /run/x", "terminal"; "" unknown
};

class Descriptors {
 public:
  explicit Descriptors(const System& system);
  ~Descriptors();
  Descriptors(const Descriptors&) = delete;
  Descriptors& operator=(const Descriptors&) = delete;

  /// Errors: none; what cannot be read is Peer::unknown. Cost: a few microseconds when cached,
  /// below 100 otherwise.
  DescriptorTarget look(pid_t pid, int fd, const ProcessTree&);

  /// What poll, ppoll, select, pselect6 or epoll_wait watches: the pollfd array is read from the
  /// process's memory, the epoll set from fdinfo. Any socket to another host wins (it is
  /// `network`), then local peers outside the tree, then work arriving from outside (listening or
  /// accepted sockets), terminal, pipes; only events or nothing: timer.
  DescriptorTarget watched(pid_t pid, pid_t tid, const WaitFacts&, const ProcessTree&);

 private:
  struct Cache;
  std::unique_ptr<Cache> cache_;
};

/// Fills `facts.peer` (and returns the object's name) from the call and its arguments, where it
/// takes a descriptor or watches some; "futex" and the like name themselves. Does nothing where the
/// arguments are not known.
std::string describe_wait(WaitFacts&, pid_t pid, pid_t tid, const ProcessTree&, Descriptors&);

}  // namespace bottleneck
