// What it costs when one thread waits for another: a lock that is handed over, a pipe and a
// connection to and fro, a cache line that changes its core.
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "probes/ceilings/kernels/ping_pong.h"
#include "probes/ceilings/kernels/session.h"
#include "probes/ceilings/kernels/slices.h"

namespace bottleneck::ceilings {
namespace {

constexpr double quick_s = 0.05;
constexpr double margin = 0.15;  ///< Samples::least_margin
constexpr double full_s = 0.25;

Sides sides_in(Session& session) {
  const auto& cpus = session.around().cpus;
  return {cpus.front(), cpus.size() > 1 ? cpus[1] : cpus.front()};
}

std::string place_of(Session& session) {
  return session.around().cpus.size() > 1 ? "two threads on two CPUs" : "two threads on one CPU";
}

/// A turn under a mutex, taken from each other: what waits sleeps and is woken.
class Turns {
 public:
  /// False: the other side has ended.
  bool take(bool mine) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return turn_ == mine || over_; });
    turn_ = !mine;
    changed_.notify_one();
    return !over_;
  }
  void end() {
    const std::lock_guard lock(mutex_);
    over_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool turn_ = true;
  bool over_ = false;
};

/// Seconds per handing over, between two threads. `take(side)` waits for the side's turn; `end`
/// lets the far side go.
template <typename Take, typename End>
std::vector<double> time_turns(double seconds, Sides sides, int turns, Take take, End end) {
  const auto near = [&] {
    for (int i = 0; i < turns; ++i) take(true);
  };
  const auto far = [&] {
    while (take(false)) {
    }
  };
  constexpr double handings_per_turn = 2;  // there and back
  return shares_of(time_two_sides(seconds, sides, near, far, end), handings_per_turn * turns);
}

Outcome measure_handoff(Session& session, double seconds) {
  constexpr int turns = 20;
  Turns state;
  Samples samples{
      {}, Unit::seconds, Best::lowest, "a mutex and a condition variable, " + place_of(session)};
  samples.least_margin = margin;
  samples.values = time_turns(
      seconds, sides_in(session), turns, [&](bool mine) { return state.take(mine); },
      [&] { state.end(); });
  return samples;
}

Outcome measure_line(Session& session, double seconds) {
  if (session.around().cpus.size() < 2)
    return Unavailable{"only one CPU may be used: no line changes its core", ""};
  constexpr int turns = 500;
  constexpr int mine = 1, theirs = 0, over = 2;
  std::atomic<int> turn = mine;
  // A core that is taken away would spin for a whole time slice: it gives way after a while.
  const auto take = [&](bool near) {
    const int wanted = near ? mine : theirs;
    for (int spins = 0; turn.load(std::memory_order_acquire) != wanted; ++spins) {
      constexpr int patience = 10'000;
      if (turn.load(std::memory_order_relaxed) == over) return false;
      if (spins > patience) std::this_thread::yield();
    }
    int expected = wanted;
    return turn.compare_exchange_strong(expected, near ? theirs : mine);
  };
  Samples samples{{},
                  Unit::seconds,
                  Best::lowest,
                  "an atomic variable written in turns, two spinning threads on two CPUs"};
  samples.least_margin = margin;
  samples.values = time_turns(seconds, sides_in(session), turns, take, [&] { turn.store(over); });
  return samples;
}

Outcome measure_trips(Session& session, double seconds, Channels channels, const char* what) {
  Samples samples{{}, Unit::seconds, Best::lowest, what + (", " + place_of(session))};
  samples.least_margin = margin;
  samples.values = time_round_trips(seconds, std::move(channels), sides_in(session));
  return samples;
}

}  // namespace

void add_locks(Figures& figures) {
  figures.push_back({"lock.handoff", quick_s, full_s, measure_handoff});
  figures.push_back({"lock.line_handoff", quick_s, full_s, measure_line});
  figures.push_back({"pipe.round_trip", quick_s, full_s, [](Session& session, double seconds) {
                       return measure_trips(session, seconds, make_pipes(),
                                            "a byte there and back through pipes");
                     }});
  figures.push_back({"loopback.round_trip", quick_s, full_s, [](Session& session, double seconds) {
                       return measure_trips(session, seconds, make_connection(),
                                            "a byte there and back over TCP to 127.0.0.1");
                     }});
}

}  // namespace bottleneck::ceilings
