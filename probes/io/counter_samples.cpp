#include "probes/io/counter_samples.h"

#include <algorithm>
#include <cmath>

namespace bottleneck {
namespace {

void accumulate(CounterDelta& sum, const CounterDelta& more) {
  for (std::size_t i = 0; i < counter_count; ++i) sum.values[i] += more.values[i];
}

}  // namespace

void CounterSamples::add(double time_s, pid_t pid, const CounterDelta& delta) {
  if (delta == CounterDelta{}) return;
  const auto slot = static_cast<std::int64_t>(std::floor(std::max(0.0, time_s) / slot_s_));
  accumulate(entries_[{slot, pid}], delta);
  if (entries_.size() > limit_) shrink();
}

void CounterSamples::shrink() {
  merge_neighbours();
  // Many short processes have one entry each: a longer slot does not help them. A quarter must be
  // won, so that shrinking stays rare.
  if (entries_.size() > limit_ - limit_ / 4) fold_ended();
}

void CounterSamples::merge_neighbours() {
  slot_s_ *= 2;
  std::map<std::pair<std::int64_t, pid_t>, CounterDelta> merged;
  for (const auto& [key, delta] : entries_) accumulate(merged[{key.first / 2, key.second}], delta);
  entries_ = std::move(merged);
}

void CounterSamples::fold_ended() {
  const auto survivor = [this](pid_t pid) {
    // Bounded, since process ids that are used anew can make a circle.
    for (std::size_t steps = 0; steps < parents_.size(); ++steps) {
      const auto parent = parents_.find(pid);
      if (parent == parents_.end()) break;
      pid = parent->second;
    }
    return pid;
  };
  std::map<std::pair<std::int64_t, pid_t>, CounterDelta> folded;
  for (const auto& [key, delta] : entries_)
    accumulate(folded[{key.first, survivor(key.second)}], delta);
  entries_ = std::move(folded);
  parents_.clear();
}

}  // namespace bottleneck
