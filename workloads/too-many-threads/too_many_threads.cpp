// Heat that spreads along a rod, step by step, a barrier after each: the steps are so short that
// waiting for 32 threads on a few CPUs takes longer than the work. Fewer threads are faster.
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <thread>

#include "workloads/harness/harness.h"

namespace {

using workload::Result;
using workload::Setting;

constexpr std::size_t cache_line = 64;
constexpr std::size_t cells = 8192;
constexpr int threads_a_cpu = 16;
constexpr int least_threads = 32;

/// Everyone waits until all have come: spins, as barriers made for one thread a CPU do, and lets
/// others run meanwhile.
class Barrier {
 public:
  explicit Barrier(int members) : members_(members) {}

  [[gnu::noinline]] void wait() {
    const int round = round_.load(std::memory_order_relaxed);
    if (come_.fetch_add(1, std::memory_order_acq_rel) + 1 == members_) {
      come_.store(0, std::memory_order_relaxed);
      round_.store(round + 1, std::memory_order_release);
    } else {
      while (round_.load(std::memory_order_acquire) == round) std::this_thread::yield();
    }
  }

 private:
  int members_;
  alignas(cache_line) std::atomic<int> come_{0};
  alignas(cache_line) std::atomic<int> round_{0};
};

/// What conducts less the hotter it is.
[[gnu::noinline]] void spread_heat(const std::vector<double>& from, std::vector<double>& to,
                                   std::size_t first, std::size_t last) {
  for (std::size_t i = first; i < last; ++i) {
    const double here = from[i + 1];
    to[i + 1] = here + (from[i] - 2 * here + from[i + 2]) / (4 + here * here);
  }
}

Result simulate(std::size_t steps, int threads) {
  // Two cells more than are computed: the ends keep their temperature.
  std::vector<double> now(cells + 2), next(cells + 2);
  std::uint64_t random = workload::seed;
  for (double& cell : now) cell = workload::next_uniform(random);
  next = now;
  Barrier barrier(threads);
  workload::in_parallel(threads, cells, [&](int, std::size_t first, std::size_t last) {
    for (std::size_t step = 0; step < steps; ++step) {
      if (step % 2 == 0)
        spread_heat(now, next, first, last);
      else
        spread_heat(next, now, first, last);
      barrier.wait();
    }
  });
  double sum = 0;
  for (const double cell : steps % 2 == 0 ? now : next) sum += cell * cell;
  char text[40];
  std::snprintf(text, sizeof text, "%.17g", sum);
  return {text, {}};
}

int many(const Setting& setting) {
  return std::max(least_threads, threads_a_cpu * setting.threads);
}

std::string say_limit(std::size_t size, int threads) {
  return std::to_string(size) + " steps of " + std::to_string(cells) +
         " cells, some 15 us on one CPU, with a barrier after each. A thread that waits there "
         "gives "
         "its CPU to the next, some 0.5 us or more: what each thread beyond the CPUs (" +
         std::to_string(threads) +
         ") costs in each step. Not more than the share of switches can be gained; more threads "
         "only add to it.";
}

}  // namespace

int main(int argc, char** argv) {
  workload::Workload w;
  w.name = "too-many-threads";
  w.line = "control: 16 threads a CPU and a barrier after each short step, fewer are faster";
  w.verdicts = {"kernel"};
  w.unit = "steps";
  w.default_size = 20'000;
  w.quick_size = 8000;
  w.check_size = 500;
  w.most_size = 1'000'000'000;
  w.variants = {
      {"many", "16 threads a CPU, 32 at least", "", "", "speedup",
       [](const Setting& s) { return simulate(s.size, many(s)); }},
      {"fewer", "one thread for each CPU", "many", "fewer_threads", "speedup",
       [](const Setting& s) { return simulate(s.size, std::max(1, s.threads)); }},
      {"more", "twice as many", "many", "spread_work", "none",
       [](const Setting& s) { return simulate(s.size, 2 * many(s)); }},
  };
  w.needs = [](std::size_t) { return workload::Needs{200'000'000, 0}; };
  w.limit = say_limit;
  return workload::run_main(w, argc, argv);
}
