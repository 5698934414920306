// Walks along one random cycle through nodes of a cache line each: where the next one is stands in
// the present one, so that each load waits for the one before. Eight walks start at different
// places; they need nothing of each other, but the baseline takes them one after the other.
#include <algorithm>
#include <array>
#include <bit>
#include <cstdio>

#include "workloads/harness/harness.h"
#include "workloads/harness/lanes.h"
#include "workloads/harness/pages.h"

namespace {

using workload::PageSize;
using workload::Result;
using workload::Setting;

struct alignas(64) Node {
  const Node* next;
  std::uint64_t value;
};

constexpr std::size_t walks = 8;
constexpr std::size_t laps = 3;  ///< of all walks together, each 3/8: far from any cache
constexpr std::size_t nodes_per_mb = (1 << 20) / sizeof(Node);

/// A permutation of the numbers below 2^bits and its inverse, by arithmetic alone: the cycle is
/// written in the order of memory, which takes a small part of walking it.
class Shuffle {
 public:
  explicit Shuffle(std::size_t bits)
      : mask_((std::size_t{1} << bits) - 1), shift_(std::max<std::size_t>(1, (bits + 1) / 2)) {
    for (int i = 0; i < 6; ++i) inverse_ *= 2 - factor * inverse_;  // Newton: 64 bits from 3
  }
  std::size_t forth(std::size_t x) const {
    for (int round = 0; round < 2; ++round) x = fold((x * factor) & mask_);
    return x;
  }
  std::size_t back(std::size_t x) const {
    for (int round = 0; round < 2; ++round) x = (fold(x) * inverse_) & mask_;
    return x;
  }
  std::size_t mask() const { return mask_; }

 private:
  /// Its own inverse, as at least half of the bits move out.
  std::size_t fold(std::size_t x) const { return x ^ (x >> shift_); }

  static constexpr std::size_t factor = 0x9e3779b97f4a7c15;
  std::size_t mask_, shift_, inverse_ = factor;
};

/// Nodes of the largest power of two that `size` MB hold.
std::size_t count_nodes(std::size_t size) { return std::bit_floor(size * nodes_per_mb); }

struct Cycle {
  Cycle(std::size_t size, PageSize page) : count(count_nodes(size)), nodes(count, page) {
    const Shuffle shuffle(static_cast<std::size_t>(std::countr_zero(count)));
    for (std::size_t i = 0; i < count; ++i) {
      nodes[i].next = &nodes[shuffle.forth((shuffle.back(i) + 1) & shuffle.mask())];
      nodes[i].value = i & 1023;
    }
    for (std::size_t i = 0; i < walks; ++i) starts[i] = &nodes[shuffle.forth(i * count / walks)];
  }

  std::size_t steps() const { return laps * count / walks; }

  std::size_t count;
  workload::Pages<Node> nodes;
  std::array<const Node*, walks> starts;
};

WORKLOAD_SCALAR std::uint64_t walk(const Node* node, std::size_t steps) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < steps; ++i) {
    sum += node->value;
    node = node->next;
  }
  return sum;
}

/// All walks side by side: eight loads are under way at a time.
WORKLOAD_SCALAR std::uint64_t walk_all(std::array<const Node*, walks> at, std::size_t steps) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < steps; ++i)
#pragma GCC unroll 8
    for (std::size_t j = 0; j < walks; ++j) {
      sum += at[j]->value;
      at[j] = at[j]->next;
    }
  return sum;
}

Result answer(std::uint64_t sum) { return {"checksum", {static_cast<double>(sum)}}; }

template <PageSize page>
Result run_in_turn(const Setting& setting) {
  const Cycle cycle(setting.size, page);
  std::uint64_t sum = 0;
  for (const Node* const start : cycle.starts) sum += walk(start, cycle.steps());
  return answer(sum);
}

Result run_chains(const Setting& setting) {
  const Cycle cycle(setting.size, PageSize::usual);
  return answer(walk_all(cycle.starts, cycle.steps()));
}

Result run_threads(const Setting& setting) {
  const Cycle cycle(setting.size, PageSize::usual);
  std::array<std::uint64_t, walks> sums = {};
  workload::in_parallel(setting.threads, walks, [&](int, std::size_t first, std::size_t last) {
    for (std::size_t i = first; i < last; ++i) sums[i] = walk(cycle.starts[i], cycle.steps());
  });
  std::uint64_t sum = 0;
  for (const std::uint64_t part : sums) sum += part;
  return answer(sum);
}

std::string limit(std::size_t size, int threads) {
  const std::size_t nodes = count_nodes(size);
  char text[300];
  std::snprintf(text, sizeof text,
                "%.3g loads, each of a line of %.3g MB: one chain takes the latency of memory for "
                "each of them. %zu chains are independent: at most %zu times faster, by one thread "
                "or by more (%d here, %zu at most)",
                static_cast<double>(laps * nodes), static_cast<double>(nodes) / nodes_per_mb, walks,
                walks, threads, walks);
  return text;
}

}  // namespace

int main(int argc, char** argv) {
  workload::Workload workload;
  workload.name = "pointer-chase";
  workload.line =
      "eight walks along a random list, one after the other: each load waits for the last";
  workload.verdicts = {"memory_latency"};
  workload.unit = "MB of nodes (the power of two below)";
  workload.default_size = 256;
  workload.quick_size = 64;
  workload.check_size = 1;
  workload.most_size = 1 << 16;
  workload.variants = {
      {"one-chain", "one walk after the other", "", "", "speedup", run_in_turn<PageSize::usual>},
      {"chains", "the eight walks side by side in one loop", "one-chain", "many_chains", "speedup",
       run_chains},
      {"huge", "one walk after the other, nodes in pages of 2 MB", "one-chain", "huge_pages",
       "speedup", run_in_turn<PageSize::huge>},
      {"threads", "the walks over all CPUs", "one-chain", "spread_work", "speedup", run_threads}};
  workload.needs = [](std::size_t size) { return workload::Needs{(size + 16) << 20, 0}; };
  workload.limit = limit;
  return workload::run_main(workload, argc, argv);
}
