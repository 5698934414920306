// Other algorithms than kernels_*, for a first contact: nobody tunes a rule by these. Each says
// what it must be, from its code and its sizes alone: next to it stands why.
#include <cmath>
#include <complex>
#include <cstring>
#include <vector>

#include "kernels.h"

namespace {

constexpr double pi = 3.14159265358979323846;

template <typename T>
T* as(void* block) {
  return static_cast<T*>(block);
}

uint32_t* take_random_words(size_t n, uint64_t seed, uint32_t mask) {
  auto* words = static_cast<uint32_t*>(take(n * sizeof(uint32_t)));
  for (size_t i = 0; i < n; ++i) words[i] = static_cast<uint32_t>(next_random(&seed) >> 20U) & mask;
  return words;
}

// Breadth first over 8 M nodes with 4 random neighbours each: one random access to a 32 MB table
// per edge, whose line is in no cache of one core.
void prepare_bfs(State* s) {
  s->n = choose(s, 1U << 23U, 1U << 10U);
  s->a = take_random_words(4 * s->n, 5, static_cast<uint32_t>(s->n - 1));
  s->b = take(s->n * sizeof(uint32_t));
  s->c = take(s->n * sizeof(uint32_t));
  s->m = 0;
}

KERNEL void bfs(State* s) {
  const auto* edges = as<uint32_t>(s->a);
  auto* depth = as<uint32_t>(s->b);
  auto* queue = as<uint32_t>(s->c);
  std::memset(depth, 0, s->n * sizeof *depth);
  size_t end = 0;
  queue[end++] = 0;
  depth[0] = 1;
  for (size_t begin = 0; begin < end; ++begin) {
    const uint32_t node = queue[begin];
    for (size_t e = 0; e < 4; ++e) {
      const uint32_t next = edges[4 * node + e];
      if (depth[next] == 0) {
        depth[next] = depth[node] + 1;
        queue[end++] = next;
      }
    }
  }
  s->checksum += static_cast<double>(end + depth[queue[end - 1]]);
}

// All shortest paths of 256 nodes: 256 KB of floats, sums and minima in order.
void prepare_floyd(State* s) {
  s->n = choose(s, 256, 32);
  auto* d = static_cast<float*>(take(s->n * s->n * sizeof(float)));
  for (size_t i = 0; i < s->n * s->n; ++i) d[i] = static_cast<float>(1 + i * 7919 % 1000);
  s->a = d;
}

KERNEL void floyd_warshall(State* s) {
  auto* d = as<float>(s->a);
  const size_t n = s->n;
  for (size_t k = 0; k < n; ++k)
    for (size_t i = 0; i < n; ++i) {
      const float through = d[i * n + k];
      for (size_t j = 0; j < n; ++j) {
        const float longer = through + d[k * n + j];
        d[i * n + j] = longer < d[i * n + j] ? longer : d[i * n + j];
      }
    }
  s->checksum += static_cast<double>(d[n + 3]);
}

// A transform of 1 024 points in place: 16 KB and the same of roots.
void prepare_fft(State* s) {
  s->n = 1024;
  s->m = choose(s, 200, 4);
  auto* roots = new std::vector<std::complex<double>>;
  for (size_t k = 0; k < s->n; ++k)
    roots->push_back(std::polar(1.0, 2 * pi * static_cast<double>(k) / static_cast<double>(s->n)));
  s->a = roots;
  s->b = new std::vector<std::complex<double>>(s->n);
}

KERNEL void fft(State* s) {
  const auto& roots = *as<std::vector<std::complex<double>>>(s->a);
  auto& x = *as<std::vector<std::complex<double>>>(s->b);
  for (size_t round = 0; round < s->m; ++round) {
    for (size_t i = 0; i < s->n; ++i) x[i] = static_cast<double>(i % 5);
    for (size_t half = s->n / 2; half > 0; half /= 2)
      for (size_t first = 0; first < s->n; first += 2 * half)
        for (size_t k = 0; k < half; ++k) {
          const auto u = x[first + k];
          const auto v = x[first + k + half];
          const auto w = roots[k * (s->n / 2 / half)];
          const auto d = u - v;
          x[first + k] = u + v;
          x[first + k + half] = {d.real() * w.real() - d.imag() * w.imag(),
                                 d.real() * w.imag() + d.imag() * w.real()};
        }
    s->checksum += std::round(std::abs(x[1]));
  }
}

// A matrix of 120 x 120 (115 KB) decomposed again and again: rows minus a multiple of a row.
void prepare_lu(State* s) {
  s->n = choose(s, 120, 30);
  s->m = choose(s, 10, 1);
  s->a = take_doubles(s->n * s->n);
  s->b = take_doubles(s->n * s->n);
}

KERNEL void lu(State* s) {
  const size_t n = s->n;
  for (size_t round = 0; round < s->m; ++round) {
    std::memcpy(s->b, s->a, n * n * sizeof(double));
    double* __restrict m = as<double>(s->b);
    for (size_t i = 0; i < n; ++i) m[i * n + i] += 1000;
    for (size_t k = 0; k < n; ++k)
      for (size_t i = k + 1; i < n; ++i) {
        const double factor = m[i * n + k] /= m[k * n + k];
        for (size_t j = k + 1; j < n; ++j) m[i * n + j] -= factor * m[k * n + j];
      }
    s->checksum += std::round(m[n * n - 1]);
  }
}

// A bloom filter of 512 MB, four random bits of each key.
void prepare_bloom(State* s) {
  s->n = choose(s, 1U << 26U, 1U << 12U);  // words of 64 bits
  s->a = take(s->n * sizeof(uint64_t));
  std::memset(s->a, 0x55, s->n * sizeof(uint64_t));
  s->b = new uint64_t{77};
  s->m = choose(s, 100'000, 1000);
}

KERNEL void bloom(State* s) {
  const auto* bits = as<uint64_t>(s->a);
  size_t found = 0;
  for (size_t i = 0; i < s->m; ++i) {
    const uint64_t h = next_random(as<uint64_t>(s->b)) * 0x9E3779B97F4A7C15U;
    const uint64_t step = (h >> 32U) | 1U;
    uint64_t hit = 1;
    for (uint64_t k = 0; k < 4; ++k) {
      const uint64_t bit = (h + k * step * 0x2545F491U) >> 3U & (s->n * 64 - 1);
      hit &= bits[bit / 64] >> (bit % 64);
    }
    found += hit & 1U;
  }
  s->checksum += static_cast<double>(found);
}

// Eight bits at a time over 16 M keys: each sweep reads 64 MB in order and stores them to 256
// growing places.
void prepare_radix(State* s) {
  s->n = choose(s, 16U << 20U, 16U << 10U);
  s->a = take_random_words(s->n, 21, ~0U);
  s->b = take_random_words(s->n, 22, ~0U);
  s->c = take_random_words(s->n, 23, ~0U);
}

KERNEL void radix_sort(State* s) {
  auto* from = as<uint32_t>(s->b);
  auto* to = as<uint32_t>(s->c);
  std::memcpy(from, s->a, s->n * sizeof *from);
  for (unsigned shift = 0; shift < 32; shift += 8) {
    size_t start[257] = {};
    for (size_t i = 0; i < s->n; ++i) ++start[(from[i] >> shift & 255U) + 1];
    for (size_t k = 0; k < 256; ++k) start[k + 1] += start[k];
    for (size_t i = 0; i < s->n; ++i) to[start[from[i] >> shift & 255U]++] = from[i];
    std::swap(from, to);
  }
  s->checksum += from[0] + from[s->n / 2];
}

// Two texts of 2 000 letters, one row of the table at a time (8 KB): minima that wait for the left
// neighbour.
void prepare_levenshtein(State* s) {
  s->n = choose(s, 2000, 100);
  s->a = take_random_words(s->n, 31, 3);
  s->b = take_random_words(s->n, 32, 3);
  s->c = take((s->n + 1) * sizeof(uint32_t));
}

KERNEL void levenshtein(State* s) {
  const auto* a = as<uint32_t>(s->a);
  const auto* b = as<uint32_t>(s->b);
  auto* row = as<uint32_t>(s->c);
  for (uint32_t j = 0; j <= s->n; ++j) row[j] = j;
  for (size_t i = 0; i < s->n; ++i) {
    uint32_t diagonal = row[0]++;
    for (size_t j = 0; j < s->n; ++j) {
      const uint32_t replace = diagonal + (a[i] != b[j]);
      const uint32_t insert = (row[j] < row[j + 1] ? row[j] : row[j + 1]) + 1;
      diagonal = row[j + 1];
      row[j + 1] = replace < insert ? replace : insert;
    }
  }
  s->checksum += row[s->n];
}

// A field of 128 x 128 bytes: additions and comparisons of neighbours, 32 KB for both generations.
void prepare_life(State* s) {
  s->n = 128;
  s->m = choose(s, 50, 2);
  s->a = take(s->n * s->n);
  s->b = take(s->n * s->n);
  uint64_t seed = 8;
  for (size_t i = 0; i < s->n * s->n; ++i) as<uint8_t>(s->a)[i] = next_random(&seed) >> 40U & 1U;
  std::memset(s->b, 0, s->n * s->n);
}

KERNEL void life(State* s) {
  auto* now = as<uint8_t>(s->a);
  auto* next = as<uint8_t>(s->b);
  const size_t n = s->n;
  for (size_t round = 0; round < 2 * s->m; ++round, std::swap(now, next))
    for (size_t i = 1; i + 1 < n; ++i) {
      const uint8_t *up = now + (i - 1) * n, *row = now + i * n, *down = now + (i + 1) * n;
      for (size_t j = 1; j + 1 < n; ++j) {
        const int around = up[j - 1] + up[j] + up[j + 1] + row[j - 1] + row[j + 1] + down[j - 1] +
                           down[j] + down[j + 1];
        next[i * n + j] = static_cast<uint8_t>((around == 3) | ((around == 2) & row[j]));
      }
    }
  for (size_t i = 0; i < n * n; ++i) s->checksum += now[i];
}

}  // namespace

const Kernel heldout_kernels[] = {
    {"bfs", prepare_bfs, bfs},
    {"floyd_warshall", prepare_floyd, floyd_warshall},
    {"fft", prepare_fft, fft},
    {"lu", prepare_lu, lu},
    {"bloom", prepare_bloom, bloom},
    {"radix_sort", prepare_radix, radix_sort},
    {"levenshtein", prepare_levenshtein, levenshtein},
    {"life", prepare_life, life},
    {nullptr, nullptr, nullptr},
};
