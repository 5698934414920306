// Kernels that wait for memory: chains of pointers, random places, strides of more than a page.
#include <unordered_map>

#include "kernels.h"

namespace {

constexpr double line_bytes = 64;

/// A node is a line. Its neighbours in memory are never next in the chain, unless `sequential`.
struct alignas(64) Node {
  Node* next;
  uint64_t value;
};

/// A bijection of [0, size), a power of two: neighbours land far apart.
size_t scatter(size_t x, size_t size) {
  const size_t mask = size - 1;
  const int half = (__builtin_ctzll(size) + 1) / 2;
  for (const size_t odd : {0x9E3779B97F4A7C15U, 0xC2B2AE3D27D4EB4FU}) {
    x = x * odd & mask;
    x ^= x >> half;
  }
  return x;
}

void prepare_chain(State* s, size_t nodes, bool sequential) {
  s->n = nodes;
  auto* all = static_cast<Node*>(std::aligned_alloc(64, nodes * sizeof(Node)));
  if (!all) std::abort();
  const auto place = [&](size_t i) { return sequential ? i : scatter(i, nodes); };
  for (size_t i = 0; i < nodes; ++i) all[i].value = i & 15;
  for (size_t i = 0; i < nodes; ++i) all[place(i)].next = &all[place((i + 1) & (nodes - 1))];
  s->a = all;
  s->m = choose(s, 1U << 18U, 1000);  // steps of a pass, which begins where the last one ended
  s->iterations = static_cast<double>(s->m);
  s->bytes = line_bytes * s->iterations;
}

void prepare_chase(State* s) { prepare_chain(s, choose(s, 1U << 22U, 1U << 10U), false); }
void prepare_chase_1m(State* s) { prepare_chain(s, 1U << 14U, false); }
void prepare_list(State* s) {
  prepare_chain(s, choose(s, 1U << 22U, 1U << 10U), true);
  s->step = sizeof(Node);
}

KERNEL void chase(State* s) {
  auto* node = static_cast<Node*>(s->a);
  for (size_t i = 0; i < s->m; ++i) node = node->next;
  s->a = node;
  s->checksum += static_cast<double>(node->value);
}

KERNEL void list_in_order(State* s) {
  auto* node = static_cast<Node*>(s->a);
  uint64_t total = 0;
  for (size_t i = 0; i < s->m; ++i, node = node->next) total += node->value;
  s->a = node;
  s->checksum += static_cast<double>(total);
}

void prepare_gather(State* s) {
  s->n = choose(s, 64U << 20U, 64U << 10U);  // doubles: 512 MB
  s->m = choose(s, 4U << 20U, 4U << 10U);
  s->a = take_doubles(s->n);
  auto* index = static_cast<uint32_t*>(take(s->m * sizeof(uint32_t)));
  uint64_t seed = 3;
  for (size_t i = 0; i < s->m; ++i)
    index[i] = static_cast<uint32_t>(next_random(&seed) >> 20U) & static_cast<uint32_t>(s->n - 1);
  s->b = index;
  s->iterations = s->flops = static_cast<double>(s->m);
  s->bytes = (line_bytes + sizeof(uint32_t)) * s->iterations;
  s->step = sizeof(uint32_t);
}

KERNEL void gather(State* s) {
  const auto* a = static_cast<const double*>(s->a);
  const auto* index = static_cast<const uint32_t*>(s->b);
  double total = 0;
  for (size_t i = 0; i < s->m; ++i) total += a[index[i]];
  s->checksum += total;
}

/// Every eighth column, so that no line is met twice.
constexpr size_t column_step = 8;

void prepare_columns(State* s) {
  s->n = choose(s, 4096, 64);  // rows
  s->m = choose(s, 8192, 64);  // columns: 64 KB from one row to the next, 256 MB in all
  s->a = take_doubles(s->n * s->m);
  s->iterations = s->flops = static_cast<double>(s->n * (s->m / column_step));
  s->bytes = line_bytes * s->iterations;
  s->step = static_cast<double>(s->m * sizeof(double));
}

KERNEL void columns(State* s) {
  const auto* a = static_cast<const double*>(s->a);
  double total = 0;
  for (size_t j = 0; j < s->m; j += column_step)
    for (size_t i = 0; i < s->n; ++i) total += a[i * s->m + j];
  s->checksum += total;
}

struct Value {
  uint64_t words[4];
};
using Table = std::unordered_map<uint64_t, Value>;

void prepare_map(State* s) {
  s->n = choose(s, 1U << 22U,
                1U << 10U);  // 64 bytes each with malloc's header: 256 MB, and 32 MB of buckets
  auto* table = new Table;
  table->reserve(s->n);
  for (uint64_t key = 0; key < s->n; ++key) table->emplace(key, Value{{key & 7U, 0, 0, 0}});
  s->a = table;
  s->m = choose(s, 100'000, 1000);
  s->b = new uint64_t{11};
  s->iterations = static_cast<double>(s->m);
}

KERNEL void look_up(State* s) {
  const Table& table = *static_cast<const Table*>(s->a);
  auto* seed = static_cast<uint64_t*>(s->b);
  uint64_t total = 0;
  for (size_t i = 0; i < s->m; ++i) {
    const auto found = table.find((next_random(seed) >> 20U) & (s->n - 1));
    if (found != table.end()) total += found->second.words[0];
  }
  s->checksum += static_cast<double>(total);
}

void prepare_binary_search(State* s) {
  s->n = choose(s, 64U << 20U, 64U << 10U);  // of 4 bytes: 256 MB
  auto* a = static_cast<uint32_t*>(take(s->n * sizeof(uint32_t)));
  for (size_t i = 0; i < s->n; ++i) a[i] = static_cast<uint32_t>(3 * i);
  s->a = a;
  s->b = new uint64_t{5};
  s->m = choose(s, 50'000, 1000);
  s->iterations =
      (s->tiny ? 16.0 : 26.0) * static_cast<double>(s->m);  // halvings of 2^26, or of 2^16
}

KERNEL void binary_search(State* s) {
  const auto* a = static_cast<const uint32_t*>(s->a);
  auto* seed = static_cast<uint64_t*>(s->b);
  uint64_t total = 0;
  for (size_t i = 0; i < s->m; ++i) {
    const auto wanted = static_cast<uint32_t>((next_random(seed) >> 20U) % (3 * s->n));
    size_t low = 0;
    size_t high = s->n;
    while (low < high) {
      const size_t middle = low + (high - low) / 2;
      if (a[middle] < wanted) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    total += low & 15U;
  }
  s->checksum += static_cast<double>(total);
}

}  // namespace

const Kernel memory_kernels[] = {
    {"chase", prepare_chase, chase},
    {"chase_1m", prepare_chase_1m, chase},
    {"list_in_order", prepare_list, list_in_order},
    {"gather", prepare_gather, gather},
    {"columns", prepare_columns, columns},
    {"look_up", prepare_map, look_up},
    {"binary_search", prepare_binary_search, binary_search},
    {nullptr, nullptr, nullptr},
};
