// What Descriptors remembers and how it looks; shared by descriptors.cpp (one descriptor) and
// watched.cpp (sets of them). Private to these two: others use descriptors.h.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "probes/sched/descriptors.h"
#include "probes/sched/holders.h"
#include "probes/sched/sockets.h"

namespace bottleneck {

struct Descriptors::Cache {
  explicit Cache(const System& given) : system(given), holders(given), sockets(given) {}

  using Clock = std::chrono::steady_clock;
  struct Remembered {
    Clock::time_point seen;
    DescriptorTarget target;
  };

  /// `depth` > 0 within an epoll set: sets inside sets are not followed further.
  DescriptorTarget look(pid_t pid, int fd, const ProcessTree&, int depth);
  DescriptorTarget look_anew(pid_t pid, int fd, const ProcessTree&, int depth);
  DescriptorTarget look_pipe(pid_t pid, int fd, const std::string& link, const ProcessTree&);
  DescriptorTarget look_path(pid_t pid, int fd, const std::string& link, const ProcessTree&);
  DescriptorTarget look_ring(pid_t pid);
  DescriptorTarget watched_by_epoll(pid_t pid, int fd, const ProcessTree&, int depth);
  /// The one that says most about why the whole set is waited for.
  DescriptorTarget look_at_all(pid_t pid, const std::vector<int>& fds, const ProcessTree&,
                               int depth);

  System system;
  Holders holders;
  Sockets sockets;
  std::unordered_map<std::uint64_t, Remembered> remembered;
};

/// Which of two watched or used peers explains a wait: the higher one.
int rank_of(Peer);

}  // namespace bottleneck
