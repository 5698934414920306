#include "src/analysis/pace.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <optional>

#include "src/core/stats.h"

namespace bottleneck {
namespace {

/// Bursts sample every 0.1 ms, the ordinary rate every 1 ms, tier C every 4 ms.
constexpr double short_interval_s = 0.3e-3;
/// Nearer ones are no two samples: saved times have this resolution.
constexpr double shortest_pair_s = 0.5e-6;
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
/// Where a sweep starts anew within a slow advance (a row that is read a thousand times, then the
/// next), a place too far ahead makes the pair before it long and the one after it short: residuals
/// of neighbouring pairs correlate by -1/2 (-0.39 seen of a matrix product). Where the speed
/// varies, by 0 or more (0.4 to 0.9 of eight streams); where residuals are small, nothing matters.
constexpr double restarts = -0.15;
constexpr double widest = 2;  ///< beyond lie the restarts of long sweeps
constexpr double small_residual = 0.1;
constexpr std::size_t fewest_neighbours = 20;
/// What goes into the mean, relative to the middle: restarts go backward, first touches are twenty
/// times as slow. Errors of the mean over nine kernels: 0.1 to 2.2 %, of the median up to 10 %.
constexpr double slowest = 0.25;
constexpr double fastest = 3;
/// A burst is held against the ordinary pairs around it: so many on each side, of so many pairs
/// each. What the program did at another time does not count.
constexpr std::size_t neighbours = 10;
constexpr std::size_t fewest_in_burst = 4;

struct Pair {
  double begin_s = 0;
  double change = 0;
  double seconds = 0;
  double speed() const { return change / seconds; }
  bool brief() const { return seconds < short_interval_s; }
};

struct Pairs {
  std::vector<Pair> all;  ///< by thread and time
  double range = 0;       ///< of the values, in the thread where it is largest
  std::vector<Pair> of(bool brief) const {
    std::vector<Pair> some;
    std::copy_if(all.begin(), all.end(), std::back_inserter(some),
                 [&](const Pair& pair) { return pair.brief() == brief; });
    return some;
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
    if (!other && last->stretch == sample.stretch && seconds > shortest_pair_s &&
        seconds <= longest_pair_s) {
      const double change = static_cast<double>(static_cast<std::int64_t>(value - before));
      pairs.all.push_back({last->time_s, change, seconds});
    }
    last = &sample;
    before = value;
  }
  return pairs;
}

/// Pairs with samples in other code in between are not the loop's own time.
void drop_long(std::vector<Pair>& pairs) {
  std::vector<double> seconds;
  for (const Pair& pair : pairs)
    if (!pair.brief()) seconds.push_back(pair.seconds);
  if (seconds.empty()) return;
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

bool goes_on(const Pair& pair, double middle) {
  const double relative = pair.speed() / middle;
  return relative >= slowest && relative <= fastest;
}

/// Per second of all pairs that go forward: slow ones belong to the truth, restarts do not.
double mean_speed(const std::vector<Pair>& pairs, double middle) {
  double change = 0, seconds = 0;
  for (const Pair& pair : pairs) {
    if (!goes_on(pair, middle)) continue;
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

/// The ordinary pairs around those from `first` to `last`.
std::vector<Pair> around(const std::vector<Pair>& all, std::size_t first, std::size_t last) {
  std::vector<Pair> near_by;
  for (std::size_t i = first; i > 0 && near_by.size() < neighbours; --i)
    if (!all[i - 1].brief()) near_by.push_back(all[i - 1]);
  const std::size_t most_of_both = near_by.size() + neighbours;
  for (std::size_t i = last; i < all.size() && near_by.size() < most_of_both; ++i)
    if (!all[i].brief()) near_by.push_back(all[i]);
  return near_by;
}

/// The speed in bursts over that of the samples around them; none where there are too few.
std::optional<double> burst_ratio(const std::vector<Pair>& all) {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (!all[i].brief()) continue;
    std::size_t end = i;
    while (end < all.size() && all[end].brief()) ++end;
    const std::vector<Pair> burst(all.begin() + static_cast<std::ptrdiff_t>(i),
                                  all.begin() + static_cast<std::ptrdiff_t>(end));
    const std::vector<Pair> beside = around(all, i, end);
    i = end - 1;
    if (burst.size() < fewest_in_burst || beside.size() < fewest_in_burst) continue;
    const double speed = median_speed(beside);
    const double ratio = speed == 0 ? 0 : median_speed(burst) / speed;
    ratios.insert(ratios.end(), burst.size(), ratio);
  }
  if (ratios.size() < fewest_pairs) return std::nullopt;
  return median(std::move(ratios));
}

/// Whether the places of the samples, not the speed, are what varies.
bool starts_anew(const std::vector<Pair>& all, double middle) {
  constexpr double same_instant_s = 1e-9;
  double squares = 0, products = 0;
  std::size_t count = 0;
  const double mean = mean_speed(all, middle);
  if (mean == 0) return false;
  for (std::size_t i = 1; i < all.size(); ++i) {
    const Pair &a = all[i - 1], &b = all[i];
    if (std::abs(a.begin_s + a.seconds - b.begin_s) > same_instant_s) continue;
    const double first = a.speed() / mean - 1, second = b.speed() / mean - 1;
    if (a.brief() != b.brief() || std::abs(first) > widest || std::abs(second) > widest) continue;
    squares += (first * first + second * second) / 2;
    products += first * second;
    ++count;
  }
  if (count < fewest_neighbours) return false;
  const bool small = squares < small_residual * small_residual * static_cast<double>(count);
  return !small && products < restarts * squares;
}

Pace believed(const std::vector<Pair>& pairs, const Look& look) {
  return {Pace::State::believed, mean_speed(pairs, look.middle), look.alike_share, pairs.size()};
}

}  // namespace

Pace measure_pace(const std::vector<RegisterSample>& samples, const Values& values) {
  Pairs pairs = find_pairs(samples, values);
  drop_long(pairs.all);
  const Look both = look_at(pairs.all, pairs.range);
  Pace none{Pace::State::too_few, 0, both.alike_share, pairs.all.size()};
  if (pairs.all.size() < fewest_pairs) return none;
  none.state = Pace::State::unsteady;
  if (both.middle != 0 && starts_anew(pairs.all, both.middle)) return none;
  const auto ratio = burst_ratio(pairs.all);
  if (both.alike && ratio && near(*ratio, 1, alike)) return believed(pairs.all, both);
  if (both.long_sweeps && (!ratio || same_in_size(*ratio, 1))) return believed(pairs.all, both);
  const std::vector<Pair> brief = pairs.of(true);
  const Look within = look_at(brief, pairs.range);
  if (ratio && within.long_sweeps && within.alike &&
      fits_modulo(pairs.of(false), within.middle, pairs.range)) {
    return believed(brief, within);
  }
  none.state = both.alike || within.alike ? Pace::State::disagreeing : Pace::State::unsteady;
  return none;
}

}  // namespace bottleneck
