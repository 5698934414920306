#include "src/analysis/footprint.h"

#include <algorithm>
#include <map>

namespace bottleneck {
namespace {

constexpr double page_bytes = 4096;
constexpr unsigned page_shift = 12;
/// A collision estimate is only a lower bound below (research/accounting.md 13).
constexpr double enough_collisions = 10;
/// Of N addresses all over a range the largest gap is range/N x ln N; one of 16 x range/N comes by
/// chance once in 10 000 loops: it is a hole between two places (heap and stack).
constexpr double hole = 16;
constexpr std::size_t fewest_for_holes = 32;
constexpr double tail = 0.02;

/// Bytes covered by sorted addresses, without holes.
double covered(const std::uint64_t* first, const std::uint64_t* last) {
  const auto count = static_cast<std::size_t>(last - first);
  if (count < 2) return 0;
  const double range = static_cast<double>(*(last - 1) - *first);
  if (count < fewest_for_holes) return range;
  const std::uint64_t* widest = first + 1;
  for (const std::uint64_t* i = first + 1; i < last; ++i) {
    if (*i - *(i - 1) > *widest - *(widest - 1)) widest = i;
  }
  const double gap = static_cast<double>(*widest - *(widest - 1));
  if (gap < hole * range / static_cast<double>(count) || gap < page_bytes) return range;
  return covered(first, widest) + covered(widest, last);
}

/// N addresses at random in P pages meet N(N-1)/2P times.
double set_by_collisions(const std::vector<std::uint64_t>& sorted, double spread) {
  double collisions = 0, same = 0;
  for (std::size_t i = 1; i < sorted.size(); ++i) {
    same = sorted[i] >> page_shift == sorted[i - 1] >> page_shift ? same + 1 : 0;
    collisions += same;
  }
  if (collisions < enough_collisions) return spread;
  const double count = static_cast<double>(sorted.size());
  return std::min(spread, count * (count - 1) / 2 / collisions * page_bytes);
}

std::vector<std::uint64_t> of_busiest_thread(const std::vector<RegisterSample>& samples,
                                             const Values& values) {
  std::map<int, std::vector<std::uint64_t>> by_thread;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    if (values[i] != 0) by_thread[samples[i].thread].push_back(values[i]);
  }
  std::vector<std::uint64_t> most;
  for (auto& [thread, addresses] : by_thread) {
    if (addresses.size() > most.size()) most = std::move(addresses);
  }
  return most;
}

}  // namespace

Footprint measure_footprint(const std::vector<RegisterSample>& samples, const Values& values) {
  Footprint footprint;
  std::vector<std::uint64_t> sorted = of_busiest_thread(samples, values);
  footprint.known = sorted.size();
  if (sorted.empty()) return footprint;
  std::sort(sorted.begin(), sorted.end());
  const auto cut = static_cast<std::size_t>(tail * static_cast<double>(sorted.size()));
  const std::uint64_t* first = sorted.data() + cut;
  const std::uint64_t* last = sorted.data() + sorted.size() - cut;
  footprint.low = *first;
  footprint.high = *(last - 1);
  footprint.spread = covered(first, last);
  footprint.set = set_by_collisions(sorted, footprint.spread);
  return footprint;
}

}  // namespace bottleneck
