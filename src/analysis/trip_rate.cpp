#include "src/analysis/trip_rate.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace bottleneck {
namespace {

constexpr RegisterSet general = (RegisterSet{1} << general_registers) - 1;
/// Samples that tell the longest rest of a trip within 2 %.
constexpr std::size_t fewest_samples = 50;
/// Below so many rounds, one more or less at the end of a trip is an error of more than 6 %.
constexpr double shortest_trip = 16;
/// Of trips of one length a tenth of the samples lies in the first tenth; of trips of any length up
/// to the longest (a triangular loop) one in a hundred does. Half of the tenth is the border, since
/// the first lines of a row may come slower or faster than the others.
constexpr double first_part = 0.9, least_in_first_part = 0.05;

/// Two registers that are compared, one of which counts.
struct Bound {
  Register counter = no_register;
  Register end = no_register;
  std::int64_t step = 0;
};

std::optional<Bound> bound_of(const HotCode& code, const Rounds& rounds) {
  RegisterSet written = 0;
  for (const Instruction& one : code.body) written |= one.writes;
  for (const Instruction& one : code.body) {
    if ((one.writes & general) != 0 || !one.memory.empty() || one.branches || one.jumps) continue;
    Bound bound;
    for (Register name = 0; name < general_registers; ++name) {
      if ((one.reads & bit_of(name)) == 0) continue;
      const auto step = rounds.steps[slot_of(name)];
      if ((written & bit_of(name)) == 0) {
        bound.end = name;
      } else if (step && *step != 0) {
        bound.counter = name;
        bound.step = *step;
      }
    }
    if (bound.counter != no_register && bound.end != no_register) return bound;
  }
  return std::nullopt;
}

/// Rounds of a whole trip.
std::optional<double> trip_of(const HotCode& code, const Bound& bound) {
  std::vector<double> rests;
  for (const RegisterSample& sample : code.samples) {
    const std::uint64_t rest =
        sample.registers[slot_of(bound.end)] - sample.registers[slot_of(bound.counter)];
    rests.push_back(static_cast<double>(static_cast<std::int64_t>(rest)) /
                    static_cast<double>(bound.step));
  }
  if (rests.size() < fewest_samples) return std::nullopt;
  const auto [least, most] = std::minmax_element(rests.begin(), rests.end());
  const double longest = *most;
  if (*least < -1 || longest < shortest_trip) return std::nullopt;
  const auto early = std::count_if(rests.begin(), rests.end(),
                                   [&](double rest) { return rest >= first_part * longest; });
  const double share = static_cast<double>(early) / static_cast<double>(rests.size());
  return share < least_in_first_part ? std::nullopt : std::optional(longest);
}

}  // namespace

std::optional<double> rate_by_trips(const HotCode& code, const Rounds& rounds) {
  if (code.outer_steps.empty()) return std::nullopt;
  const auto bound = bound_of(code, rounds);
  if (!bound) return std::nullopt;
  const auto trip = trip_of(code, *bound);
  if (!trip) return std::nullopt;
  for (const OuterStep& outer : code.outer_steps) {
    if (outer.step == 0) continue;
    Values values;
    for (const RegisterSample& sample : code.samples)
      values.push_back(sample.registers[slot_of(outer.name)]);
    const Pace pace = measure_pace(code.samples, values);
    const double starts_per_s = pace.per_s / static_cast<double>(outer.step);
    if (pace.state == Pace::State::believed && starts_per_s > 0) return starts_per_s * *trip;
  }
  return std::nullopt;
}

}  // namespace bottleneck
