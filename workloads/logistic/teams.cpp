// Descending with several threads, in three ways that differ in when they wait for each other.
#include <array>
#include <atomic>
#include <mutex>
#include <stdexcept>

#include "workloads/harness/barrier.h"
#include "workloads/harness/harness.h"
#include "workloads/harness/lanes.h"
#include "workloads/logistic/descent.h"

namespace logistic {
namespace {

/// The loss as the threads last saw it, each of its own rows.
class Losses {
 public:
  Losses(const Data& data, int threads)
      : enough_(target_loss * static_cast<double>(data.rows())),
        last_(static_cast<std::size_t>(threads)) {
    for (Slot& slot : last_) slot.sum = enough_ + 1;
  }

  double enough() const { return enough_; }

  void set(int part, double sum) {
    last_[static_cast<std::size_t>(part)].sum.store(sum, std::memory_order_relaxed);
  }

  bool reached() const {
    double sum = 0;
    for (const Slot& slot : last_) sum += slot.sum.load(std::memory_order_relaxed);
    return sum <= enough_;
  }

 private:
  struct alignas(64) Slot {  // a line of its own
    std::atomic<double> sum = 0;
  };
  double enough_;
  std::vector<Slot> last_;
};

void demand(bool reached) {
  if (!reached) throw std::runtime_error("the loss was not reached");
}

/// Passes of a team that does not wait: each thread over its rows, until the sum of the losses that
/// the threads saw last is low enough. That may be of weights that were changed meanwhile, so that
/// who finds it looks at all rows; what it looked at is the result.
template <typename Pass, typename Current>
Weights descend_freely(const Data& data, int threads, Pass do_pass, Current current) {
  Losses losses(data, threads);
  Weights found;
  std::mutex mutex;
  std::atomic<bool> done = false;
  workload::in_parallel(threads, data.rows(), [&](int part, std::size_t first, std::size_t last) {
    for (std::size_t pass = 1; pass <= most_passes && !done; ++pass) {
      do_pass(first, last);
      if (pass % passes_per_look != 0) continue;
      const Weights weights = current();
      losses.set(part, loss_simd(data, first, last, weights));
      if (!losses.reached() || loss_simd(data, 0, data.rows(), weights) > losses.enough()) continue;
      const std::lock_guard guard(mutex);
      found = weights;
      done = true;
    }
  });
  demand(done);
  return found;
}

using Shared = std::atomic<float>[features];

/// One pass over rows; what another thread changes meanwhile may be lost, and seldom is.
WORKLOAD_KERNEL void change_freely(const Data& data, std::size_t first, std::size_t last,
                                   Shared& weights) {
  const float rate = learning_rate / static_cast<float>(data.rows());
  for (std::size_t i = first; i < last; ++i) {
    const float* const row = data.row(i);
    float z = 0;
    for (std::size_t j = 0; j < features; ++j)
      z += weights[j].load(std::memory_order_relaxed) * row[j];
    const float scale = rate * slope(z, data.labels[i]);
    for (std::size_t j = 0; j < features; ++j)
      weights[j].store(weights[j].load(std::memory_order_relaxed) - scale * row[j],
                       std::memory_order_relaxed);
  }
}

Weights copy(const Shared& shared) {
  Weights weights;
  for (std::size_t j = 0; j < features; ++j)
    weights.of[j] = shared[j].load(std::memory_order_relaxed);
  return weights;
}

}  // namespace

Weights descend_all_reduce(const Data& data, int threads) {
  const auto count = static_cast<std::size_t>(threads);
  // Of this pass and of the one before, which another thread may still add up: one meeting a pass.
  std::array<std::vector<Weights>, 2> gradients = {std::vector<Weights>(count),
                                                   std::vector<Weights>(count)};
  Weights result;
  Losses losses(data, threads);
  workload::Barrier barrier(threads);
  std::atomic<bool> done = false;
  workload::in_parallel(threads, data.rows(), [&](int part, std::size_t first, std::size_t last) {
    Weights weights;  // each thread's own, and all alike: the sums are added in the same order
    for (std::size_t pass = 1; pass <= most_passes; ++pass) {
      Weights gradient;
      add_gradient_simd(data, first, last, weights, gradient);
      auto& of_pass = gradients[pass % 2];
      of_pass[static_cast<std::size_t>(part)] = gradient;
      barrier.meet();
      for (const Weights& of_one : of_pass) step(weights, of_one, data.rows());
      if (pass % passes_per_look != 0) continue;
      losses.set(part, loss_simd(data, first, last, weights));
      barrier.meet();
      if (!losses.reached()) continue;
      if (part == 0) result = weights, done = true;
      return;
    }
  });
  demand(done);
  return result;
}

Weights descend_parameter_server(const Data& data, int threads) {
  std::mutex mutex;
  Weights weights;
  const auto pull = [&] {
    const std::lock_guard guard(mutex);
    return weights;
  };
  return descend_freely(
      data, threads,
      [&](std::size_t first, std::size_t last) {
        Weights gradient;
        add_gradient_simd(data, first, last, pull(), gradient);
        const std::lock_guard guard(mutex);
        step(weights, gradient, data.rows());
      },
      pull);
}

Weights descend_hogwild(const Data& data, int threads) {
  alignas(64) Shared weights = {};
  return descend_freely(
      data, threads,
      [&](std::size_t first, std::size_t last) { change_freely(data, first, last, weights); },
      [&] { return copy(weights); });
}

}  // namespace logistic
