// What happens to a thread at an instant, in the order of time: what the sweep is fed with.
#pragma once

#include <cstdint>

namespace bottleneck::sched {

struct Happening {
  enum class Kind : std::uint8_t {
    in,
    out,
    preempted,
    relabel,
    unlabel,
    announce,
    waiting,
    starved,
    queued,  ///< was on its way to a lock when it was preempted
    born,
    dead
  };
  std::int64_t time_ns = 0;
  std::uint64_t order = 0;  ///< breaks ties: as recorded
  Kind kind = Kind::in;
  int thread = -1;
  int value = -1;           ///< place for relabel, wait for waiting
  std::uint32_t label = 0;  ///< which label an unlabel ends
  int cpu = -1;
  /// relabel: samples behind it; out, preempted: switches that it stands for.
  int count = 1;
};

/// Orders a queue so that the earliest is on top.
struct Later {
  bool operator()(const Happening& a, const Happening& b) const {
    return a.time_ns != b.time_ns ? a.time_ns > b.time_ns : a.order > b.order;
  }
};

}  // namespace bottleneck::sched
