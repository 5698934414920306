#include "src/analysis/pace.h"

#include <algorithm>
#include <cmath>

#include "src/core/stats.h"

namespace bottleneck {
namespace {

/// Bursts sample every 0.1 ms, the ordinary rate every 1 ms, tier C every 4 ms.
constexpr double short_interval_s = 0.3e-3;
/// Two samples further apart than this say little of a steady advance.
constexpr double longest_pair_s = 10e-3;
/// Pairs from which on a median means something.
constexpr std::size_t fewest_pairs = 8;
/// Both sampling rates must agree so well (research/pmuless.md 2.4).
constexpr double agreement = 0.15;
/// A sweep is long against the interval if a pair advances by at most this part of its range.
constexpr double far_less = 0.25;
/// Modulo the length of a sweep a pair tells nothing if its own error is larger than this part.
constexpr double telling = 0.2;

struct Pair {
  double change = 0;
  double seconds = 0;
  double speed() const { return change / seconds; }
};

struct Pairs {
  std::vector<Pair> brief, ordinary;
  double range = 0;  ///< of the values, in the thread where it is largest
  std::vector<Pair> all() const {
    std::vector<Pair> both = brief;
    both.insert(both.end(), ordinary.begin(), ordinary.end());
    return both;
  }
};

Pairs find_pairs(const std::vector<RegisterSample>& samples, const Values& values) {
  Pairs pairs;
  const RegisterSample* last = nullptr;
  std::uint64_t before = 0, low = 0, high = 0;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const RegisterSample& sample = samples[i];
    const std::uint64_t value = values[i];
    if (value == 0) continue;
    const bool other = last == nullptr || last->thread != sample.thread;
    low = other ? value : std::min(low, value);
    high = other ? value : std::max(high, value);
    pairs.range = std::max(pairs.range, static_cast<double>(high - low));
    const double seconds = other ? 0 : sample.time_s - last->time_s;
    if (!other && last->stretch == sample.stretch && seconds > 0 && seconds <= longest_pair_s) {
      const double change = static_cast<double>(static_cast<std::int64_t>(value - before));
      (seconds < short_interval_s ? pairs.brief : pairs.ordinary).push_back({change, seconds});
    }
    last = &sample;
    before = value;
  }
  return pairs;
}

double median_speed(const std::vector<Pair>& pairs) {
  std::vector<double> speeds;
  speeds.reserve(pairs.size());
  for (const Pair& pair : pairs) speeds.push_back(pair.speed());
  return median(std::move(speeds));
}

bool near(double a, double b, double tolerance) {
  return std::abs(a - b) <= tolerance * std::abs(b);
}

/// Of the pairs near the median: bytes over seconds, the share of them.
Pace judge(const std::vector<Pair>& pairs, const PaceTest& test) {
  Pace pace;
  pace.pairs = pairs.size();
  if (pairs.size() < fewest_pairs) return pace;
  const double middle = median_speed(pairs);
  double change = 0, seconds = 0, count = 0;
  for (const Pair& pair : pairs) {
    if (middle == 0 || !near(pair.speed(), middle, test.tolerance)) continue;
    change += pair.change;
    seconds += pair.seconds;
    ++count;
  }
  pace.steady = count / static_cast<double>(pairs.size());
  pace.state = Pace::State::unsteady;
  if (pace.steady <= test.needed || seconds <= 0) return pace;
  pace.state = Pace::State::believed;
  pace.per_s = change / seconds;
  return pace;
}

/// Most pairs advance, in one direction, by far less than the range of the values.
bool sweeps_are_long(const std::vector<Pair>& pairs, double speed, double range, double needed) {
  const auto fits = [&](const Pair& pair) {
    return pair.change * speed > 0 && std::abs(pair.change) <= far_less * range;
  };
  const auto count = std::count_if(pairs.begin(), pairs.end(), fits);
  return static_cast<double>(count) > needed * static_cast<double>(pairs.size());
}

/// Whether pairs that may span restarts fit the speed seen within sweeps: their changes, modulo the
/// length of a sweep. Only where that tells something.
bool fits_modulo(const std::vector<Pair>& pairs, double speed, double range, const PaceTest& test) {
  std::size_t fitting = 0;
  for (const Pair& pair : pairs) {
    const double expected = speed * pair.seconds;
    const double error = agreement * std::abs(expected);
    if (range <= 0 || error > telling * range) return false;
    const double sweeps = (expected - pair.change) / range;
    fitting += std::abs(sweeps - std::round(sweeps)) * range <= error;
  }
  return static_cast<double>(fitting) > test.needed * static_cast<double>(pairs.size());
}

}  // namespace

Pace measure_pace(const std::vector<RegisterSample>& samples, const Values& values,
                  const PaceTest& test) {
  const Pairs pairs = find_pairs(samples, values);
  const bool two_rates =
      pairs.brief.size() >= fewest_pairs && pairs.ordinary.size() >= fewest_pairs;
  const std::vector<Pair> all = pairs.all();
  Pace pace = judge(all, test);
  if (pace.state == Pace::State::believed) {
    const bool agree =
        two_rates ? near(median_speed(pairs.brief), median_speed(pairs.ordinary), agreement)
                  : sweeps_are_long(all, pace.per_s, pairs.range, test.needed);
    if (agree) return pace;
    pace.state = Pace::State::disagreeing;
  }
  if (!two_rates) return pace;
  const Pace within = judge(pairs.brief, test);
  if (within.state == Pace::State::believed &&
      sweeps_are_long(pairs.brief, within.per_s, pairs.range, test.needed) &&
      fits_modulo(pairs.ordinary, within.per_s, pairs.range, test)) {
    return within;
  }
  return pace;
}

}  // namespace bottleneck
