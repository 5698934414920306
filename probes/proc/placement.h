// Where within an interval a thread's CPU time lay, when only its length is known. Threads that
// wait for one another (locks, pipes, children) cannot have run at the same time more than they
// must, so their times are laid one after the other (McNaughton's wrap-around rule); the others are
// laid at positions that depend on nothing. Pure: shares in, happenings for the sweep out.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <unordered_map>
#include <vector>

#include "probes/sched/happening.h"

namespace bottleneck::proc {

/// A part of a share's CPU time, in order. `place` -1: not known.
struct Label {
  int place = -1;
  std::int64_t ns = 0;
  int samples = 0;
};

/// What one thread did in an interval.
struct Share {
  int thread = -1;
  std::int64_t run_ns = 0;
  std::int64_t starved_ns = 0;  ///< runnable without a CPU, wake-up latency left out
  std::vector<Label> labels;    ///< sum to run_ns
  int wait = -1;                ///< why it was blocked, where it was seen
  bool depends = false;         ///< that wait is for other threads of the tree
  int switches = 0;             ///< times it was given a CPU
};

class Placement {
 public:
  explicit Placement(std::function<void(const sched::Happening&)> add) : add_(std::move(add)) {}

  /// A thread that runs from the start, as the launched one does after exec.
  void begin_running(int thread) { known_[thread].state = State::running; }
  /// Shares of the same interval; each thread at most once, and who has none was blocked. Units: ns
  /// of CLOCK_MONOTONIC.
  void lay(std::int64_t begin_ns, std::int64_t end_ns, std::span<const Share> shares);
  /// It has ended: nothing is kept of it.
  void end(int thread, std::int64_t at_ns);

 private:
  enum class State : std::uint8_t { blocked, running, starved };
  struct Known {
    State state = State::blocked;
    int place = -1;
    std::uint64_t interval = 0;  ///< the last one that it had a share of
  };
  struct Piece {
    std::int64_t begin;
    std::int64_t end;
    State state;
  };
  std::vector<Piece> cut(const Share& share, std::int64_t begin_ns, std::int64_t end_ns,
                         int common_parts, double& cursor) const;
  double free_position(int thread, int part) const;
  void tell(const Share& share, const std::vector<Piece>& pieces, std::int64_t begin_ns,
            std::int64_t end_ns);
  void enter(const Share& share, Known& known, State state, std::int64_t at_ns, int count);
  void label(const Share& share, Known& known, const Label& label, std::int64_t at_ns);

  std::function<void(const sched::Happening&)> add_;
  std::unordered_map<int, Known> known_;
  std::uint64_t intervals_ = 0;
};

}  // namespace bottleneck::proc
