// The state of every thread of the tree through time, swept once in order of time and reduced to
// cells: who works, spins, queues for a lock or starves at each instant, and why nobody works when
// nobody does (DESIGN section 4: tickers, spin unmasking, the wake-up that ends a stretch). It
// states facts; shares and classes are src/analysis. Runs some 60 ms behind the records, because a
// sample speaks for the time around it.
#pragma once

#include <cstdint>
#include <queue>
#include <unordered_map>
#include <vector>

#include "probes/sched/cells.h"
#include "probes/sched/happening.h"
#include "probes/sched/places.h"
#include "probes/sched/tasks.h"
#include "src/core/profile.h"

namespace bottleneck::sched {

/// A sample speaks for its thread's time on a CPU up to so far around it where all samples are
/// seen. Source: DESIGN section 4 ("its nearest within 50 ms").
inline constexpr std::int64_t sample_reach_ns = 50'000'000;
/// How far the sweep stays behind the newest record.
inline constexpr std::int64_t sweep_lag_ns = sample_reach_ns + 10'000'000;
class Sweep {
 public:
  /// `kernel_seen`: time between samples belongs to the nearest one. Otherwise a sample stands for
  /// one period of user time and the rest is kernel time that cannot be seen.
  Sweep(const Tasks& tasks, const Places& places, Cells& cells, std::vector<Wait>& waits,
        bool kernel_seen);

  void start(std::int64_t exec_ns);
  void add(Happening happening);
  /// A clock sample of that thread, taken with that period.
  void add_sample(std::int64_t time_ns, int thread, int place, std::int64_t period_ns);
  void advance(std::int64_t horizon_ns);
  /// Sweeps to the end and hands everything to the cells.
  void finish(std::int64_t end_ns);

  void set_unseen_places(int work, int lock) { unseen_work_ = work, unseen_lock_ = lock; }

 private:
  enum class State : std::uint8_t { absent, on_cpu, blocked, starved };
  enum class Part : std::uint8_t { none, working, spinning, queueing, starved };
  struct Thread {
    State state = State::absent;
    Part part = Part::none;
    int place = -1;
    int wait = -1;        ///< of the present or last blocked interval
    int announced = -1;   ///< wait of the switch-out that comes next, from its sample
    int usual_wait = -1;  ///< majority of those known
    int usual_votes = 0;
    bool ticker = false;
    int cpu = -1;
    std::uint32_t label = 0;  ///< of the label in force
    std::uint32_t next_label = 0;
    std::int64_t last_sample_ns = -1;
    std::int64_t born_ns = 0;
    std::int64_t since_ns = 0;  ///< of the present state
    std::int64_t cpu_ns = 0;
    std::uint64_t switches = 0;
    std::uint64_t preemptions = 0;
    std::uint64_t lock_waits = 0;
  };
  struct IdlePiece {
    int window;
    Instant instant;
    double seconds;
  };

  Thread& at(int thread);
  void apply(const Happening& happening);
  void switch_in(Thread& thread, int index, int cpu, std::int64_t now);
  void switch_out(Thread& thread, int index, bool preempted, std::int64_t now, int count = 1);
  void die(Thread& thread, int index, std::int64_t now);
  void update(Thread& thread, int index);
  Part part_of(const Thread& thread) const;
  void count(Part part, int by);
  void elapse(std::int64_t now);
  void elapse_within(int window, double seconds);
  void judge_ticker(Thread& thread, std::int64_t now);
  void end_idle(int index);
  int reason_of(int index, double idle_s);
  void flush_idle(int thread, int wait);
  bool ends_idle(int index) const;
  int wake_up_wait(const char* call);
  int timer_wait(int timed);
  int idle_without_workers();
  Instant rounded() const;
  bool is_lock_wait(int wait) const;
  void learn_wait(Thread& thread, int wait);

  const Tasks& tasks_;
  const Places& places_;
  Cells& cells_;
  std::vector<Wait>& waits_;
  bool kernel_seen_;
  std::vector<Thread> threads_;
  std::vector<int> running_;  ///< threads on a CPU
  std::unordered_map<int, int> on_cpu_;
  std::priority_queue<Happening, std::vector<Happening>, Later> queue_;
  std::uint64_t order_ = 0;
  std::int64_t t0_ns_ = -1;
  std::int64_t now_ns_ = -1;
  Instant instant_;
  std::vector<IdlePiece> idle_;
  double idle_s_ = 0;
  int last_ticker_wait_ = -1;
  int non_tickers_ = 0;
  int unseen_work_ = -1;
  int unseen_lock_ = -1;
  std::unordered_map<std::string, int> wake_up_waits_;  ///< by call
  std::unordered_map<int, int> timer_waits_;            ///< by the timed wait
};

}  // namespace bottleneck::sched
