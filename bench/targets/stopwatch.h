// Takes a target's own time: wall and CPU seconds from construction to print(), as one line on
// stdout that bench/overhead.py reads. Inside the target, so that start-up and the profiler's own
// report do not count.
#pragma once

#include <cstdio>

#include <sys/resource.h>
#include <time.h>

class Stopwatch {
 public:
  /// Prints "wall_s=W cpu_s=C end_s=E"; CPU of all threads and reaped children, E on
  /// CLOCK_MONOTONIC.
  void print() const {
    const double end = now(CLOCK_MONOTONIC);
    std::printf("wall_s=%.9f cpu_s=%.9f end_s=%.9f\n", end - wall_, cpu() - cpu_, end);
    std::fflush(stdout);
  }

 private:
  static double now(clockid_t clock) {
    timespec t{};
    clock_gettime(clock, &t);
    return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
  }
  static double seconds(const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  }
  static double cpu() {
    rusage children{};
    getrusage(RUSAGE_CHILDREN, &children);
    return now(CLOCK_PROCESS_CPUTIME_ID) + seconds(children.ru_utime) + seconds(children.ru_stime);
  }

  double wall_ = now(CLOCK_MONOTONIC);
  double cpu_ = cpu();
};
