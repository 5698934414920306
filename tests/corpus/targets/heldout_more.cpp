// The second half of heldout_kernels.cpp: the same purpose, the same rules.
#include <cstring>

#include "kernels.h"

namespace {

template <typename T>
T* as(void* block) {
  return static_cast<T*>(block);
}

// Running totals over 1 GB of 64-bit numbers, into the same places: an addition per eight bytes
// read and written.
void prepare_large(State* s) {
  s->n = choose(s, 1U << 27U, 1U << 12U);
  s->a = take(s->n * sizeof(uint64_t));
  for (size_t i = 0; i < s->n; ++i) as<uint64_t>(s->a)[i] = i * 0x9E3779B97F4A7C15U >> 40U;
}

KERNEL void prefix_sum(State* s) {
  auto* a = as<uint64_t>(s->a);
  uint64_t total = 0;
  for (size_t i = 0; i < s->n; ++i) a[i] = total += a[i] & 255U;
  s->checksum += static_cast<double>(total);
}

// One word from 1 GB: nothing but loads and xor, eight independent words at a time.
KERNEL void xor_all(State* s) {
  const auto* a = as<uint64_t>(s->a);
  uint64_t word[8] = {};
  for (size_t i = 0; i < s->n; i += 8)
    for (size_t k = 0; k < 8; ++k) word[k] ^= a[i + k] + k;
  for (const uint64_t part : word) s->checksum += static_cast<double>(part & 0xffffU);
}

// Rounds like those of SHA-256 over one block: rotations, additions, all registers.
void prepare_rounds(State* s) { s->m = choose(s, 50'000, 100); }

uint32_t rotate(uint32_t x, unsigned by) { return x >> by | x << (32U - by); }

KERNEL void sha_rounds(State* s) {
  uint32_t block[16];
  for (uint32_t i = 0; i < 16; ++i) block[i] = i * 0x9E3779B9U;
  uint32_t v[8] = {1, 2, 3, 4, 5, 6, 7, 8};
  for (size_t round = 0; round < s->m; ++round)
    for (const uint32_t word : block) {
      const uint32_t choice = (v[4] & v[5]) ^ (~v[4] & v[6]);
      const uint32_t majority = (v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]);
      const uint32_t one =
          v[7] + (rotate(v[4], 6) ^ rotate(v[4], 11) ^ rotate(v[4], 25)) + choice + word;
      const uint32_t two = (rotate(v[0], 2) ^ rotate(v[0], 13) ^ rotate(v[0], 22)) + majority;
      v[7] = v[6], v[6] = v[5], v[5] = v[4], v[4] = v[3] + one;
      v[3] = v[2], v[2] = v[1], v[1] = v[0], v[0] = one + two;
    }
  s->checksum += v[0];
}

// A sparse matrix with 16 random columns per row, times a vector of 256 MB: one line of it per
// element.
void prepare_sparse(State* s) {
  s->n = choose(s, 1U << 25U, 1U << 12U);  // elements of the vector
  s->m = choose(s, 1U << 18U, 1U << 6U);   // rows
  s->a = take_doubles(s->n);
  auto* columns = static_cast<uint32_t*>(take(16 * s->m * sizeof(uint32_t)));
  uint64_t seed = 4;
  for (size_t i = 0; i < 16 * s->m; ++i)
    columns[i] = static_cast<uint32_t>(next_random(&seed) >> 20U) & static_cast<uint32_t>(s->n - 1);
  s->b = columns;
  s->c = take_doubles(16 * s->m);
}

KERNEL void sparse_times_vector(State* s) {
  const auto* x = as<double>(s->a);
  const auto* columns = as<uint32_t>(s->b);
  const auto* values = as<double>(s->c);
  for (size_t row = 0; row < s->m; ++row) {
    double total = 0;
    for (size_t k = 16 * row; k < 16 * row + 16; ++k) total += values[k] * x[columns[k]];
    s->checksum += total;
  }
}

// A binary heap of 256 MB: the smallest leaves, another comes; each level below the caches is
// another line, and which one depends on the comparison above.
void prepare_heap(State* s) {
  s->n = choose(s, 1U << 25U, 1U << 10U);
  auto* heap = static_cast<uint64_t*>(take((s->n + 2) * sizeof(uint64_t)));
  for (size_t i = 0; i < s->n + 2; ++i) heap[i] = i << 8U;  // in order: a heap
  s->a = heap;
  s->b = new uint64_t{13};
  s->m = choose(s, 50'000, 500);
}

KERNEL void heap_replace(State* s) {
  auto* heap = as<uint64_t>(s->a);
  for (size_t i = 0; i < s->m; ++i) {
    const uint64_t key = (s->n << 8U) + (next_random(as<uint64_t>(s->b)) >> 24U);
    s->checksum += static_cast<double>(heap[1] >> 8U & 255U);
    size_t at = 1;
    for (size_t child = 2; child <= s->n; child = 2 * at) {
      child += child < s->n && heap[child + 1] < heap[child];
      if (heap[child] >= key) break;
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = key;
  }
}

// A table of 256 MB, counted at random: loads and stores to lines that nobody has.
void prepare_histogram(State* s) {
  s->n = choose(s, 1U << 26U, 1U << 10U);
  s->a = take(s->n * sizeof(uint32_t));
  std::memset(s->a, 0, s->n * sizeof(uint32_t));
  s->b = new uint64_t{19};
  s->m = choose(s, 1'000'000, 1000);
}

KERNEL void histogram(State* s) {
  auto* counts = as<uint32_t>(s->a);
  uint64_t seed = *as<uint64_t>(s->b);
  for (size_t i = 0; i < s->m; ++i) ++counts[next_random(&seed) >> 20U & (s->n - 1)];
  *as<uint64_t>(s->b) = seed;
  s->checksum += counts[0] + static_cast<double>(seed >> 50U);
}

// Pi by random points: the generator is a chain of a multiplication and an addition, all registers.
void prepare_pi(State* s) { s->m = choose(s, 1'000'000, 1000); }

KERNEL void monte_carlo_pi(State* s) {
  uint64_t x = 1;
  size_t inside = 0;
  for (size_t i = 0; i < s->m; ++i) {
    x = x * 6364136223846793005U + 1442695040888963407U;
    const double a = static_cast<double>(x >> 40U) * 0x1p-24;
    x = x * 6364136223846793005U + 1442695040888963407U;
    const double b = static_cast<double>(x >> 40U) * 0x1p-24;
    inside += a * a + b * b < 1;
  }
  s->checksum += static_cast<double>(inside);
}

// A polynomial of degree 12 at 1 000 places of the first cache; places do not wait for each other.
void prepare_polynomial(State* s) {
  s->n = 1000;
  s->m = choose(s, 1000, 10);
  s->a = take_doubles(s->n);
  s->b = take_doubles(s->n);
  s->out = as<double>(s->b);
}

KERNEL void polynomial(State* s) {
  const auto* x = as<double>(s->a);
  double* __restrict y = as<double>(s->b);
  for (size_t round = 0; round < s->m; ++round)
    for (size_t i = 0; i < s->n; ++i) {
      double value = 1;
      for (int k = 0; k < 12; ++k) value = value * (x[i] * 0.125) + k;
      y[i] = value;
    }
}

// A search tree of 4 M nodes of a line each, scattered: every step waits for the one above, 22 of
// them.
struct alignas(64) Leaf {
  Leaf* child[2];
  uint64_t key;
};

Leaf* grow(Leaf* all, uint64_t low, uint64_t high, uint64_t n) {
  if (low >= high) return nullptr;
  const uint64_t middle = low + (high - low) / 2;
  Leaf* leaf = &all[middle * 0x9E3779B1U & (n - 1)];  // odd: a bijection
  leaf->key = middle;
  leaf->child[0] = grow(all, low, middle, n);
  leaf->child[1] = grow(all, middle + 1, high, n);
  return leaf;
}

void prepare_tree(State* s) {
  s->n = choose(s, 1U << 22U, 1U << 10U);
  auto* all = static_cast<Leaf*>(std::aligned_alloc(64, s->n * sizeof(Leaf)));
  if (!all) std::abort();
  s->a = grow(all, 0, s->n, s->n);
  s->b = new uint64_t{23};
  s->m = choose(s, 50'000, 500);
}

KERNEL void tree_walk(State* s) {
  for (size_t i = 0; i < s->m; ++i) {
    const uint64_t wanted = next_random(as<uint64_t>(s->b)) >> 20U & (s->n - 1);
    const auto* leaf = as<const Leaf>(s->a);
    int depth = 0;
    while (leaf->key != wanted) leaf = leaf->child[leaf->key < wanted], ++depth;
    s->checksum += depth;
  }
}

// A needle that is not there, in 64 KB of text: the library's comparison of bytes.
void prepare_search(State* s) {
  s->n = 1U << 16U;
  s->m = choose(s, 50, 2);
  auto* text = static_cast<char*>(take(s->n));
  for (size_t i = 0; i < s->n; ++i) text[i] = static_cast<char>('a' + i * i % 23);
  s->a = text;
}

KERNEL void text_search(State* s) {
  for (size_t round = 0; round < s->m; ++round)
    s->checksum += memmem(s->a, s->n, "abracadabra!", 12) == nullptr ? 1 : 0;
}

}  // namespace

const Kernel heldout_more[] = {
    {"prefix_sum", prepare_large, prefix_sum},
    {"xor_all", prepare_large, xor_all},
    {"sha_rounds", prepare_rounds, sha_rounds},
    {"sparse_times_vector", prepare_sparse, sparse_times_vector},
    {"heap_replace", prepare_heap, heap_replace},
    {"histogram", prepare_histogram, histogram},
    {"monte_carlo_pi", prepare_pi, monte_carlo_pi},
    {"polynomial", prepare_polynomial, polynomial},
    {"tree_walk", prepare_tree, tree_walk},
    {"text_search", prepare_search, text_search},
    {nullptr, nullptr, nullptr},
};
