// What the planted targets of the corpus share: a clock, work that only the core limits, and a way
// to give up. Targets link nothing of ours: they are programs like any other. A target does one
// thing until its time is over, so that its label can be read off its source.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <ctime>

namespace target {

inline double now() {
  timespec t{};
  clock_gettime(CLOCK_MONOTONIC, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

/// About 1.3 to 2.7 ns per step: a chain of one multiplication and one addition, all in registers.
__attribute__((noipa)) inline double burn(long steps) {
  double x = 1;
  for (long i = 0; i < steps; ++i) x = x * 1.0000001 + 1e-9;
  return x;
}

/// Computes until `end`; looks at the clock about every 0.2 ms only, so that reading it costs
/// nothing.
inline void burn_until(double end) {
  while (now() < end) burn(100'000);
}

[[noreturn]] inline void fail(const char* what) {
  std::perror(what);
  std::exit(1);
}

template <typename Result>
Result must(Result result, const char* what) {
  if (result < 0) fail(what);
  return result;
}

}  // namespace target
