// Timing by short slices: a kernel is repeated for some time, each repeat is timed alone on the
// thread's CPU clock, and the best ones count. Preemption, a quota and neighbours lengthen some
// slices and not all. Nothing here knows what is timed.
#pragma once

#include <functional>
#include <utility>
#include <vector>

#include <time.h>

#include "probes/ceilings/kernels/figure.h"

namespace bottleneck::ceilings {

double clock_seconds(clockid_t);
inline double wall_seconds() { return clock_seconds(CLOCK_MONOTONIC); }
inline double thread_seconds() { return clock_seconds(CLOCK_THREAD_CPUTIME_ID); }

/// Fewer say nothing of their spread.
constexpr std::size_t fewest_slices = 5;

/// Seconds of `clock` that each repeat of `work` took, for about `seconds` of wall-clock time; the
/// first one warms up and does not count.
std::vector<double> time_slices(double seconds, const std::function<void()>& work,
                                clockid_t clock = CLOCK_THREAD_CPUTIME_ID);

/// units / each of the times; those that the clock did not see (0) are left out.
std::vector<double> rates_of(const std::vector<double>& times, double units);

/// Times of what has `parts` alike parts: of one part.
std::vector<double> shares_of(std::vector<double> times, double parts);

/// `body(i)` on one thread per CPU, pinned, started together; its rates, summed over the threads
/// quantile by quantile. Errors: throws Unavailable if a thread cannot be started or pinned.
std::vector<double> rates_together(const std::vector<int>& cpus,
                                   const std::function<std::vector<double>(std::size_t)>& body);

/// The best tenth of the slices, and between which bounds another run's would lie. `rounds` are
/// repeats at different times: what differs between them differs between runs too.
Quantity estimate(const std::vector<std::vector<double>>& rounds, Best, Unit,
                  double least_margin = core_margin);

void pin_to(int cpu);  ///< this thread; Errors: throws Unavailable

/// Seconds for which pinned threads were ready and did not get their CPU. Source:
/// /proc/thread-self/schedstat.
double seconds_delayed();

}  // namespace bottleneck::ceilings
