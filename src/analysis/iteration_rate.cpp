#include "src/analysis/iteration_rate.h"

#include <cmath>

#include "src/analysis/pace.h"
#include "src/analysis/trip_rate.h"

namespace bottleneck {
namespace {

/// More than six instructions per cycle no core sustains (research/pmuless.md 2.4).
constexpr double most_instructions_per_cycle = 6;
/// Where the clock is not known: the fastest there are.
constexpr double fastest_clock_hz = 6e9;

/// Fewer say nothing of what is usual.
constexpr std::size_t fewest_samples = 10;

Values values_of(const HotCode& code, std::size_t name) {
  Values values;
  values.reserve(code.samples.size());
  for (const RegisterSample& sample : code.samples) values.push_back(sample.registers[name]);
  return values;
}

bool possible(double rate, const Mix& mix, const CoreLimits& limits) {
  const double clock = limits.clock_hz > 0 ? limits.clock_hz : fastest_clock_hz;
  return mix.instructions > 0 && rate * mix.instructions < most_instructions_per_cycle * clock;
}

std::string reason(Pace::State state) {
  switch (state) {
    case Pace::State::too_few:
      return "too few consecutive samples";
    case Pace::State::unsteady:
      return "the loop starts anew too often between two samples";
    case Pace::State::disagreeing:
      return "two sampling rates disagree, or there is only one";
    case Pace::State::believed:
      break;
  }
  return "more instructions per cycle than a core can do";
}

}  // namespace

IterationRate measure_rate(const HotCode& code, const LoopShape&, const Rounds& rounds,
                           const Mix& mix, const CoreLimits& limits) {
  const std::string words = "not measurable: ";
  if (!code.loop) return {std::nullopt, words + "the samples are in no loop"};
  if (code.body.size() == 1 && code.body[0].repeats) {
    return {std::nullopt, words + "one string instruction is the whole loop"};
  }
  if (code.samples.size() < fewest_samples) {
    return {std::nullopt, words + reason(Pace::State::too_few)};
  }
  std::string why = "no register advances by a constant in each iteration";
  double steadiest = -1, rate = 0;
  for (std::size_t i = 0; i < rounds.steps.size(); ++i) {
    const auto step = rounds.steps[i];
    if (!step || *step == 0) continue;
    const Pace pace = measure_pace(code.samples, values_of(code, i));
    const double per_s = pace.per_s / static_cast<double>(*step);
    const bool good = pace.state == Pace::State::believed && per_s > 0;
    if (good && !possible(per_s, mix, limits)) {
      why = reason(Pace::State::believed);
    } else if (good && pace.steady > steadiest) {
      steadiest = pace.steady;
      rate = per_s;
    } else if (!good) {
      why = reason(pace.state);
    }
  }
  if (rate <= 0) {
    const auto by_trips = rate_by_trips(code, rounds);
    if (by_trips && possible(*by_trips, mix, limits)) return {*by_trips, ""};
    return {std::nullopt, words + why};
  }
  return {rate, ""};
}

}  // namespace bottleneck
