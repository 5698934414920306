// Samples a loop whose course is known in closed form, as the probes do: 997 per second, ten times
// as many in bursts, with the jitter of a real timer. For the tests of loop evidence.
#pragma once

#include <functional>
#include <random>
#include <vector>

#include "src/core/hot_code.h"

namespace bottleneck::testing {

using Registers = std::array<std::uint64_t, general_registers>;

struct Sampling {
  double seconds = 2;
  bool bursts = true;
  double interval_s = 1 / 997.0;
  double noise = 0.02;        ///< of the speed, from interval to interval
  double jitter_s = 2e-6;     ///< of the timer
  double stop_every_s = 0.1;  ///< off the CPU so often, for a while
  int threads = 1;
};

/// What the registers are at instruction `at` after that many iterations since the start.
using Course = std::function<Registers(double iterations, int at, int thread)>;

inline bool in_burst(double time_s) {
  const double within = time_s - static_cast<double>(static_cast<long>(time_s));
  return time_s < 0.03 || within < 0.01;
}

/// `weights`: how often each instruction is the sampled one.
inline void sample_loop(HotCode& code, double iterations_per_s, const std::vector<double>& weights,
                        const Course& course, const Sampling& sampling = {}) {
  std::mt19937_64 random(7);
  std::discrete_distribution<int> where(weights.begin(), weights.end());
  std::normal_distribution<double> normal;
  for (int thread = 0; thread < sampling.threads; ++thread) {
    double time = 0, iterations = 0, since_stop = 0;
    std::uint32_t stretch = 0;
    while (time < sampling.seconds) {
      const double interval = sampling.bursts && in_burst(time) ? 1e-4 : sampling.interval_s;
      const double passed = std::max(1e-5, interval + sampling.jitter_s * normal(random));
      const double speed = iterations_per_s * (1 + sampling.noise * normal(random));
      time += passed;
      since_stop += passed;
      iterations += passed * speed;
      if (since_stop > sampling.stop_every_s) {
        ++stretch;
        time += 3e-3;
        since_stop = 0;
      }
      const int at = where(random);
      ++code.hits[static_cast<std::size_t>(at)];
      code.samples.push_back({time, thread, stretch, at, course(iterations, at, thread)});
    }
  }
}

}  // namespace bottleneck::testing
