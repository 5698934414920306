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
/// A pair that is longer than usual by more has had samples in other code in between.
constexpr double usual_length = 1.6;
/// Pairs from which on a median means something.
constexpr std::size_t fewest_pairs = 8;
/// Most pairs must be alike, so well (research/pmuless.md 2.4).
constexpr double most = 0.6;
constexpr double alike = 0.15;
/// Where sweeps are long, speeds may differ as neighbours come and go: by a factor of two in most
/// pairs (0.5 to 1.5 in 90 % of them, sum over 256 MB with two compilers beside it).
constexpr double like_in_size = 2;
/// A sweep is long against the interval if a pair advances by at most this part of its range. Of
/// samples at random places of a sweep 26 % look like that.
constexpr double far_less = 0.3;
/// Modulo the length of a sweep a pair tells nothing if its own error is larger than this part.
constexpr double telling = 0.2;
/// What goes into the mean: forward, and not faster than this over the middle; a restart is not.
constexpr double fastest = 3;

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

/// Pairs with samples in other code in between are not the loop's own time.
void drop_long(std::vector<Pair>& pairs) {
  std::vector<double> seconds;
  for (const Pair& pair : pairs) seconds.push_back(pair.seconds);
  const double limit = usual_length * median(std::move(seconds));
  std::erase_if(pairs, [&](const Pair& pair) { return pair.seconds > limit; });
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

bool same_in_size(double a, double b) {
  return a * b > 0 && std::abs(a) < like_in_size * std::abs(b) &&
         std::abs(b) < like_in_size * std::abs(a);
}

template <typename Test>
double share(const std::vector<Pair>& pairs, Test test) {
  const auto count = std::count_if(pairs.begin(), pairs.end(), test);
  return static_cast<double>(count) / static_cast<double>(pairs.size());
}

/// Per second of all pairs that go forward: slow ones belong to the truth, restarts do not.
double mean_speed(const std::vector<Pair>& pairs, double middle) {
  double change = 0, seconds = 0;
  for (const Pair& pair : pairs) {
    const double relative = pair.speed() / middle;
    if (relative <= 0 || relative > fastest) continue;
    change += pair.change;
    seconds += pair.seconds;
  }
  return seconds > 0 ? change / seconds : 0;
}

/// How the pairs of one sampling rate look.
struct Look {
  double middle = 0;
  double alike_share = 0;  ///< near the middle one
  bool alike = false;
  bool long_sweeps = false;  ///< forward, by far less than the range, at similar speeds
};

Look look_at(const std::vector<Pair>& pairs, double range) {
  Look look;
  if (pairs.size() < fewest_pairs) return look;
  look.middle = median_speed(pairs);
  if (look.middle == 0) return look;
  look.alike_share =
      share(pairs, [&](const Pair& pair) { return near(pair.speed(), look.middle, alike); });
  look.alike = look.alike_share > most;
  look.long_sweeps =
      share(pairs, [&](const Pair& pair) {
        return same_in_size(pair.speed(), look.middle) && std::abs(pair.change) <= far_less * range;
      }) > most;
  return look;
}

/// Whether pairs that may span restarts fit the speed seen within sweeps: their changes, modulo the
/// length of a sweep. Only where that tells something.
bool fits_modulo(const std::vector<Pair>& pairs, double speed, double range) {
  std::size_t fitting = 0;
  for (const Pair& pair : pairs) {
    const double expected = speed * pair.seconds;
    const double error = alike * std::abs(expected);
    if (range <= 0 || error > telling * range) return false;
    const double sweeps = (expected - pair.change) / range;
    fitting += std::abs(sweeps - std::round(sweeps)) * range <= error;
  }
  return static_cast<double>(fitting) > most * static_cast<double>(pairs.size());
}

Pace believed(const std::vector<Pair>& pairs, const Look& look) {
  return {Pace::State::believed, mean_speed(pairs, look.middle), look.alike_share, pairs.size()};
}

}  // namespace

Pace measure_pace(const std::vector<RegisterSample>& samples, const Values& values) {
  Pairs pairs = find_pairs(samples, values);
  drop_long(pairs.brief);
  drop_long(pairs.ordinary);
  const std::vector<Pair> all = pairs.all();
  const Look brief = look_at(pairs.brief, pairs.range);
  const Look ordinary = look_at(pairs.ordinary, pairs.range);
  const Look both = look_at(all, pairs.range);
  const bool two_rates =
      pairs.brief.size() >= fewest_pairs && pairs.ordinary.size() >= fewest_pairs;
  Pace none{Pace::State::too_few, 0, both.alike_share, all.size()};
  if (all.size() < fewest_pairs) return none;
  if (!two_rates) {
    none.state = both.alike ? Pace::State::disagreeing : Pace::State::unsteady;
    return both.long_sweeps ? believed(all, both) : none;
  }
  const bool agree = near(brief.middle, ordinary.middle, alike);
  if (both.alike && agree) return believed(all, both);
  if (brief.long_sweeps && ordinary.long_sweeps && same_in_size(brief.middle, ordinary.middle)) {
    return believed(all, both);
  }
  if (brief.long_sweeps && brief.alike && fits_modulo(pairs.ordinary, brief.middle, pairs.range)) {
    return believed(pairs.brief, brief);
  }
  none.state = both.alike || brief.alike ? Pace::State::disagreeing : Pace::State::unsteady;
  return none;
}

}  // namespace bottleneck
