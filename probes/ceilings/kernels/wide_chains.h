// Chains of multiplies and adds in registers, over a vector type of the compiler: the FLOP/s
// kernel. Part of wide_body.h, and in an unnamed namespace for the reason given there. It touches
// no memory.
#pragma once

namespace bottleneck::ceilings {
namespace {

/// One value of the chain, that the compiler must neither foresee nor drop.
template <typename Vector>
inline void hide(Vector& value) {
  asm volatile("" : "+x"(value));
}

/// The bounds are known and the body is unrolled by hand: an array of chains would live in memory.
template <typename Scalar, typename Vector>
double run_chains(long times) {
  Vector half = Vector{} + Scalar{0.5};
  Vector one = Vector{} + Scalar{1};
  hide(half);
  hide(one);
  Vector a = one, b = one, c = one, d = one, e = one, f = one, g = one;
  Vector h = one, i = one, j = one, k = one, l = one, m = one, n = one;
  hide(a), hide(b), hide(c), hide(d), hide(e), hide(f), hide(g);  // alike, they would become one
  hide(h), hide(i), hide(j), hide(k), hide(l), hide(m), hide(n);
  for (long time = 0; time < times; ++time) {
    // In groups: one multiply and one add in turn settle, by chance, into pairs that wait for each
    // other (25 % slower in every other run on a Zen 3). Where there is one, they become fused.
    a = a * half, b = b * half, c = c * half, d = d * half;
    e = e * half, f = f * half, g = g * half, h = h * half;
    a = a + one, b = b + one, c = c + one, d = d + one;
    i = i * half, j = j * half, k = k * half, l = l * half;
    e = e + one, f = f + one, g = g + one, h = h + one;
    m = m * half, n = n * half;
    i = i + one, j = j + one, k = k + one, l = l + one;
    m = m + one, n = n + one;
  }
  const Vector sum = ((a + b) + (c + d)) + ((e + f) + (g + h)) + ((i + j) + (k + l)) + (m + n);
  double total = 0;
  const auto* lanes = reinterpret_cast<const Scalar*>(&sum);
  // NOLINTNEXTLINE(bugprone-sizeof-expression): both may be pointers' size, neither is a pointer
  for (unsigned lane = 0; lane < sizeof(Vector) / sizeof(Scalar); ++lane)
    total += static_cast<double>(lanes[lane]);
  return total;
}

}  // namespace
}  // namespace bottleneck::ceilings
