// What the cells of a Profile sum up to; for tests. Units: milliseconds, rounded to 1 us.
#pragma once

#include <cmath>
#include <map>
#include <string>
#include <tuple>

#include "src/core/profile.h"

namespace bottleneck::sched {

inline double ms(double seconds) { return std::round(seconds * 1e6) / 1e3; }

/// The row of a thread. Needs: it is there.
inline const Thread& thread_row(const Profile& profile, int tid) {
  for (const Thread& thread : profile.threads)
    if (thread.tid == tid) return thread;
  throw std::out_of_range("no row of thread " + std::to_string(tid));
}
inline int row_index(const Profile& profile, int tid) {
  return static_cast<int>(&thread_row(profile, tid) - profile.threads.data());
}

/// Work of all threads by what the tree was like.
inline std::map<Instant, double> work_by_instant(const Profile& profile) {
  std::map<Instant, double> sums;
  for (const WorkCell& cell : profile.timeline.work) sums[cell.instant] += cell.seconds;
  for (auto& [instant, seconds] : sums) seconds = ms(seconds);
  return sums;
}

inline double work_of(const Profile& profile, int tid) {
  double sum = 0;
  for (const WorkCell& cell : profile.timeline.work)
    if (cell.thread == row_index(profile, tid)) sum += cell.seconds;
  return ms(sum);
}

/// Code seconds of a thread by function.
inline std::map<std::string, double> code_of(const Profile& profile, int tid) {
  std::map<std::string, double> sums;
  for (const CodeCell& cell : profile.timeline.code)
    if (cell.thread == row_index(profile, tid))
      sums[profile.locations.at(static_cast<std::size_t>(cell.location)).function] += cell.seconds;
  for (auto& [function, seconds] : sums) seconds = ms(seconds);
  return sums;
}

/// Idle time by the kind of wait that owns it and the tid whose wake-up ended it (-1 not known).
using IdleSums = std::map<std::pair<WaitKind, int>, double>;
inline IdleSums idle_of(const Profile& profile) {
  IdleSums sums;
  for (const IdleCell& cell : profile.timeline.idle) {
    const WaitKind kind = cell.wait < 0
                              ? WaitKind::unknown
                              : profile.waits.at(static_cast<std::size_t>(cell.wait)).kind;
    const int tid =
        cell.thread < 0 ? -1 : profile.threads.at(static_cast<std::size_t>(cell.thread)).tid;
    sums[{kind, tid}] += cell.seconds;
  }
  for (auto& [key, seconds] : sums) seconds = ms(seconds);
  return sums;
}

/// Each instant once: the work of all that work at it counts as one, and the idle time.
inline double elapsed(const Profile& profile) {
  double sum = 0;
  for (const WorkCell& cell : profile.timeline.work) sum += cell.seconds / cell.instant.working;
  for (const IdleCell& cell : profile.timeline.idle) sum += cell.seconds;
  return ms(sum);
}

inline double cpu_of(const Profile& profile, int tid) { return ms(thread_row(profile, tid).cpu_s); }

}  // namespace bottleneck::sched
