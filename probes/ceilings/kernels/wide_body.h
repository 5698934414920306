// The bodies of the wide kernels over a vector type of the compiler; included by wide_*.cpp only,
// each of which allows another instruction set. Everything is in an unnamed namespace, so that no
// copy compiled for a wider CPU can stand in for a narrower one's. No standard headers for the same
// reason.
#pragma once

#include "probes/ceilings/kernels/wide.h"
#include "probes/ceilings/kernels/wide_chains.h"

namespace bottleneck::ceilings {
namespace {

template <typename Vector>
std::uint64_t sum_words(const char* from, std::size_t bytes) {
  Vector a{}, b{}, c{}, d{};
  const auto* at = reinterpret_cast<const Vector*>(from);
  const auto* end = reinterpret_cast<const Vector*>(from + bytes);
  for (; at != end; at += 8) {
    a += at[0], b += at[1], c += at[2], d += at[3];
    a += at[4], b += at[5], c += at[6], d += at[7];
  }
  const Vector sum = (a + b) + (c + d);
  std::uint64_t total = 0;
  for (unsigned lane = 0; lane < sizeof(Vector) / sizeof(std::uint64_t); ++lane) total += sum[lane];
  return total;
}

/// The stores go through a hidden value: a plain loop would become a call of memset.
template <typename Vector>
void store_words(char* to, std::size_t bytes, std::uint64_t word) {
  Vector value = Vector{} + word;
  auto* at = reinterpret_cast<Vector*>(to);
  auto* end = reinterpret_cast<Vector*>(to + bytes);
  for (; at != end; at += 4) {
    hide(value);
    at[0] = value, at[1] = value, at[2] = value, at[3] = value;
  }
}

template <typename Vector>
void run_triad(double* to, const double* b, const double* c, double factor, std::size_t bytes) {
  auto* into = reinterpret_cast<Vector*>(to);
  const auto* left = reinterpret_cast<const Vector*>(b);
  const auto* right = reinterpret_cast<const Vector*>(c);
  const Vector times = Vector{} + factor;
  const std::size_t count = bytes / sizeof(Vector);
  for (std::size_t i = 0; i < count; i += 4) {
    into[i] = left[i] + times * right[i];
    into[i + 1] = left[i + 1] + times * right[i + 1];
    into[i + 2] = left[i + 2] + times * right[i + 2];
    into[i + 3] = left[i + 3] + times * right[i + 3];
  }
}

template <typename Vector, void (*Stream)(Vector*, Vector)>
void copy_around_cache(char* to, const char* from, std::size_t bytes) {
  auto* into = reinterpret_cast<Vector*>(to);
  const auto* at = reinterpret_cast<const Vector*>(from);
  const std::size_t count = bytes / sizeof(Vector);
  for (std::size_t i = 0; i < count; i += 4) {
    const Vector a = at[i], b = at[i + 1], c = at[i + 2], d = at[i + 3];
    Stream(into + i, a), Stream(into + i + 1, b), Stream(into + i + 2, c), Stream(into + i + 3, d);
  }
  asm volatile("sfence" ::: "memory");
}

template <int Bytes>
struct Registers {
  using Doubles [[gnu::vector_size(Bytes)]] = double;
  using Floats [[gnu::vector_size(Bytes)]] = float;
  using Words [[gnu::vector_size(Bytes)]] = std::uint64_t;
};

/// All kernels in registers of so many bytes; `Stream` stores one of them around the caches.
template <int Bytes,
          void (*Stream)(typename Registers<Bytes>::Words*, typename Registers<Bytes>::Words)>
constexpr WideKernels kernels_in(const char* name) {
  using Doubles = typename Registers<Bytes>::Doubles;
  using Words = typename Registers<Bytes>::Words;
  return {name,
          Bytes,
          run_chains<double, Doubles>,
          run_chains<float, typename Registers<Bytes>::Floats>,
          sum_words<Words>,
          store_words<Words>,
          run_triad<Doubles>,
          copy_around_cache<Words, Stream>};
}

}  // namespace
}  // namespace bottleneck::ceilings
