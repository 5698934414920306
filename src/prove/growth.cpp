#include "src/prove/growth.h"

#include <cmath>

#include <fmt/format.h>

namespace bottleneck {
namespace {

/// Shorter runs are their own start. Source: a process takes 1 to 10 ms to start, a tenth of it.
constexpr double shortest_s = 0.05;
/// Two runs of 5 % noise each leave 0.1 of the power unknown at twice the size; n log n at a
/// million has 1.07. Source: CPU time of identical runs, research/prediction.md section 0.6.
constexpr double faster_than_input = 1.25;
constexpr double least_distance = 1.5;

}  // namespace

double growth_of(const SizedRun& small, const SizedRun& large) {
  if (small.cpu_s < shortest_s || small.input_bytes == 0) return 0;
  const double inputs =
      static_cast<double>(large.input_bytes) / static_cast<double>(small.input_bytes);
  if (inputs < least_distance) return 0;
  return std::log(large.cpu_s / small.cpu_s) / std::log(inputs);
}

std::string say_growth(const SizedRun& small, const SizedRun& large) {
  const double power = growth_of(small, large);
  if (power < faster_than_input) return "";
  return fmt::format(
      "{:.1f} times the input takes {:.1f} times the CPU time: it grows faster than the input (its "
      "power {:.1f}), so a better algorithm gains more the larger it is",
      static_cast<double>(large.input_bytes) / static_cast<double>(small.input_bytes),
      large.cpu_s / small.cpu_s, power);
}

}  // namespace bottleneck
