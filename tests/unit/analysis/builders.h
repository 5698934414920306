// Tiny profiles for the tests of the analysis: a run with one process and one thread, to which
// cells are added by a chain of calls. Names are arbitrary; no verdict may depend on them.
#pragma once

#include <string>
#include <utility>

#include "src/core/profile.h"

namespace bottleneck::testing {

inline Location user_code(std::string function = "f") {
  Location place;
  place.module = "/bin/prog";
  place.function = std::move(function);
  place.file = "prog.cpp";
  place.line = 7;
  return place;
}

inline Location in_kernel(Activity activity, std::string call = "", Peer peer = Peer::unknown) {
  Location place;
  place.module = "[kernel]";
  place.function = "k";
  place.activity = activity;
  place.call = std::move(call);
  place.peer = peer;
  return place;
}

/// A run of `wall_s` on `cpus` CPUs in windows of 10 ms.
class ProfileBuilder {
 public:
  explicit ProfileBuilder(double wall_s = 10, int cpus = 2) {
    profile.machine.cpus_online = profile.machine.cpus_allowed = cpus;
    profile.tier = Tier::B1;
    Run run;
    run.wall_s = wall_s;
    profile.runs = {run};
    profile.timeline.windows = static_cast<int>(wall_s / profile.timeline.window_s + 0.5);
    process("prog", -1, 0, wall_s);
  }

  /// Adds a process with its main thread; returns the index of the process.
  int process(const std::string& name, int parent, double start_s, double end_s) {
    Process one;
    one.pid = 100 + static_cast<int>(profile.processes.size());
    one.parent = parent;
    one.executable = "/bin/" + name;
    one.name = name;
    one.start_s = start_s;
    one.end_s = end_s;
    profile.processes.push_back(one);
    thread(static_cast<int>(profile.processes.size()) - 1, name, start_s, end_s, one.pid);
    return static_cast<int>(profile.processes.size()) - 1;
  }

  /// Returns the index of the thread.
  int thread(int process, const std::string& name, double start_s, double end_s, int tid = 0) {
    Thread one;
    one.process = process;
    one.tid = tid ? tid : 1000 + static_cast<int>(profile.threads.size());
    one.name = name;
    one.start_s = start_s;
    one.end_s = end_s;
    profile.threads.push_back(one);
    return static_cast<int>(profile.threads.size()) - 1;
  }

  int place(Location location) {
    profile.locations.push_back(std::move(location));
    return static_cast<int>(profile.locations.size()) - 1;
  }

  int wait(WaitKind kind, std::string object = "") {
    profile.waits.push_back({kind, "", std::move(object), ""});
    return static_cast<int>(profile.waits.size()) - 1;
  }

  /// `thread` works at `location` for all of the windows from `from_s` to `to_s`.
  ProfileBuilder& work(int thread, int location, double from_s, double to_s,
                       Instant now = {1, 0, 0, 0}) {
    each_window(from_s, to_s, [&](int window, double seconds) {
      profile.timeline.work.push_back({window, thread, now, seconds});
      if (location >= 0) profile.timeline.code.push_back({window, thread, location, seconds, 10});
    });
    return *this;
  }

  ProfileBuilder& idle(int thread, int wait, double from_s, double to_s, Instant now = {}) {
    each_window(from_s, to_s, [&](int window, double seconds) {
      profile.timeline.idle.push_back({window, now, thread, wait, seconds});
    });
    return *this;
  }

  CounterCell& counters(int process, int window = 50) {
    CounterCell cell;
    cell.window = window;
    cell.process = process;
    profile.timeline.counters.push_back(cell);
    return profile.timeline.counters.back();
  }

  Profile profile;

 private:
  template <typename Add>
  void each_window(double from_s, double to_s, Add add) {
    const double window_s = profile.timeline.window_s;
    const int first = static_cast<int>(from_s / window_s + 0.5);
    const int last = static_cast<int>(to_s / window_s + 0.5);
    for (int window = first; window < last; ++window) add(window, window_s);
  }
};

}  // namespace bottleneck::testing
