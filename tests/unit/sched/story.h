// A run told as a literal sequence of happenings, swept into a Profile. Times are milliseconds
// since exec. Thread 0 is the main thread, on a CPU since then; further ones are numbered from 1
// and have the tid 100 + number.
#pragma once

#include <cmath>
#include <map>
#include <string>

#include "probes/sched/sweep.h"

namespace bottleneck::sched {

class Story {
 public:
  static constexpr std::int64_t exec_ns = 1'000'000'000'000;  // the machine was up for a while
  static constexpr std::uint32_t root = 100;

  explicit Story(bool kernel_seen = true)
      : sweep_(tasks_, places_, cells_, waits_, kernel_seen),
        unseen_{place("unseen"), lock_place()} {
    apply(perf::Comm{"main", true}, root, 0);
    sweep_.set_unseen_places(unseen_[0], unseen_[1]);
    sweep_.start(exec_ns);
  }

  int wait(WaitKind kind, const std::string& call = "") {
    waits_.push_back({});
    waits_.back().kind = kind;
    waits_.back().call = call;
    return static_cast<int>(waits_.size()) - 1;
  }
  int place(const std::string& function, Role role = Role::work) {
    KernelPlace at;
    at.function = function;
    return places_.kernel(0, {}, at, Peer::unknown, role);
  }

  /// A further thread, not yet on a CPU. Gives its number.
  int born(double ms) {
    const auto tid = root + static_cast<std::uint32_t>(tasks_.threads().size());
    const int thread = apply(perf::Fork{root, root, tid, root}, root, ms);
    add(Happening::Kind::born, thread, ms);
    return thread;
  }
  /// A further thread that is on a CPU from its birth.
  int runs(double ms, int cpu = -1) {
    const int thread = born(ms);
    in(thread, ms, cpu);
    return thread;
  }
  void in(int thread, double ms, int cpu = -1) { add(Happening::Kind::in, thread, ms, -1, cpu); }
  void out(int thread, double ms, int wait = -1) {
    if (wait >= 0) add(Happening::Kind::announce, thread, ms, wait);
    add(Happening::Kind::out, thread, ms);
  }
  void preempted(int thread, double ms) { add(Happening::Kind::preempted, thread, ms); }
  void polled(int thread, double ms, int wait) { add(Happening::Kind::waiting, thread, ms, wait); }
  void dies(int thread, double ms) {
    const std::uint32_t tid = root + static_cast<std::uint32_t>(thread);
    apply(perf::Exit{root, tid}, tid, ms);
    add(Happening::Kind::dead, thread, ms);
  }
  void sample(int thread, double ms, int place, double period_ms = 1) {
    sweep_.add_sample(at(ms), thread, place, std::llround(period_ms * 1e6));
  }
  /// The sweep goes on up to there, as it does while records come.
  void advance(double ms) { sweep_.advance(at(ms)); }

  Profile until(double ms) {
    Profile profile;
    sweep_.finish(at(ms));
    std::vector<int> location_of;
    profile.locations = places_.resolve(location_of, {});
    cells_.finish(profile, location_of, exec_ns, at(ms));
    profile.waits = waits_;
    return profile;
  }

 private:
  static std::int64_t at(double ms) { return exec_ns + std::llround(ms * 1e6); }
  int lock_place() { return place("unseen", Role::lock); }
  int apply(auto what, std::uint32_t tid, double ms) {
    perf::Record record;
    record.stamp = {root, tid, static_cast<std::uint64_t>(at(ms)), 0, 0};
    record.what = what;
    return tasks_.apply(record, tree_);
  }
  void add(Happening::Kind kind, int thread, double ms, int value = -1, int cpu = -1) {
    sweep_.add({.time_ns = at(ms), .kind = kind, .thread = thread, .value = value, .cpu = cpu});
  }

  ProcessTree tree_;
  Tasks tasks_{root, 0};
  Symbols symbols_{System{"/nonexistent"}};
  Places places_{tasks_, symbols_};
  std::vector<Wait> waits_;
  Cells cells_{tasks_};
  Sweep sweep_;
  int unseen_[2];
};

}  // namespace bottleneck::sched
