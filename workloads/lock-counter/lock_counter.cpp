// Threads that add to one counter under one mutex, with a little work between.
#include <algorithm>
#include <atomic>
#include <mutex>

#include "workloads/harness/harness.h"

namespace {

using workload::Result;
using workload::Setting;

constexpr std::size_t cache_line = 64;

/// On a line of its own, so that no other counter's changes take it away.
struct alignas(cache_line) Counter {
  std::mutex mutex;
  std::uint64_t value = 0;
};

/// What an item adds: the little work outside of the lock.
std::uint64_t weigh(std::uint64_t item) {
  std::uint64_t state = workload::seed + item;
  return workload::next_random(state) & 7;
}

[[gnu::noinline]] void add_locked(Counter& counter, std::size_t first, std::size_t last) {
  for (std::size_t item = first; item < last; ++item) {
    const std::uint64_t weight = weigh(item);
    const std::lock_guard guard(counter.mutex);
    counter.value += weight;
  }
}

[[gnu::noinline]] void add_atomic(std::atomic<std::uint64_t>& counter, std::size_t first,
                                  std::size_t last) {
  for (std::size_t item = first; item < last; ++item)
    counter.fetch_add(weigh(item), std::memory_order_relaxed);
}

/// Nobody contends alone.
int threads_of(const Setting& setting) { return std::max(2, setting.threads); }

Result answer(std::uint64_t value) { return {std::to_string(value), {}}; }

Result use_one(const Setting& setting) {
  Counter counter;
  workload::in_parallel(
      threads_of(setting), setting.size,
      [&](int, std::size_t first, std::size_t last) { add_locked(counter, first, last); });
  return answer(counter.value);
}

Result use_shards(const Setting& setting) {
  std::vector<Counter> counters(static_cast<std::size_t>(threads_of(setting)));
  workload::in_parallel(threads_of(setting), setting.size,
                        [&](int part, std::size_t first, std::size_t last) {
                          add_locked(counters[static_cast<std::size_t>(part)], first, last);
                        });
  std::uint64_t sum = 0;
  for (Counter& counter : counters) {
    const std::lock_guard guard(counter.mutex);
    sum += counter.value;
  }
  return answer(sum);
}

Result use_atomic(const Setting& setting) {
  alignas(cache_line) std::atomic<std::uint64_t> counter{0};
  workload::in_parallel(
      threads_of(setting), setting.size,
      [&](int, std::size_t first, std::size_t last) { add_atomic(counter, first, last); });
  return answer(counter.load());
}

std::string say_limit(std::size_t size, int threads) {
  return std::to_string(size) +
         " additions under one lock: they run one after the other, however " +
         "many the threads are, and each hands the line of the lock to another CPU (some 50 to 200 "
         "ns) instead of taking it free (some 20 ns). A counter for each thread removes that: at "
         "most " +
         std::to_string(std::max(2, threads)) +
         " times the cost of a contended addition over that of a free one. An atomic counter "
         "still "
         "moves its line.";
}

}  // namespace

int main(int argc, char** argv) {
  workload::Workload w;
  w.name = "lock-counter";
  w.line = "threads that add to one counter under one mutex";
  w.verdicts = {"lock"};
  w.unit = "additions";
  w.default_size = 40'000'000;
  w.quick_size = 12'000'000;
  w.check_size = 200'000;
  w.most_size = 100'000'000'000;
  w.variants = {
      {"mutex", "one counter, one mutex", "", "", "speedup", use_one},
      {"sharded", "a counter and a mutex for each thread, summed at the end", "mutex", "split_lock",
       "speedup", use_shards},
      {"atomic", "one atomic counter", "mutex", "split_lock", "speedup", use_atomic},
  };
  w.needs = [](std::size_t) { return workload::Needs{20'000'000, 0}; };
  w.limit = say_limit;
  return workload::run_main(w, argc, argv);
}
