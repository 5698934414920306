// Streaming: a[i] = b[i] + s * c[i] over three arrays of 64 MiB, more than a shared cache's part of
// one tenant. Usage: triad ROUNDS     a round is one pass
#include <cstdlib>
#include <vector>

#include "stopwatch.h"

int main(int argc, char** argv) {
  const long rounds = argc > 1 ? std::strtol(argv[1], nullptr, 10) : 1;
  constexpr std::size_t n = (64U << 20U) / sizeof(double);
  std::vector<double> a(n, 1.0), b(n, 2.0), c(n, 0.5);
  const Stopwatch stopwatch;
  for (long round = 0; round < rounds; ++round) {
    const double s = 1.0 + static_cast<double>(round) * 1e-9;
    for (std::size_t i = 0; i < n; ++i) a[i] = b[i] + s * c[i];
    asm volatile("" : : "r"(a.data()) : "memory");  // the pass is not dead
  }
  stopwatch.print();
}
