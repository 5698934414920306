// STREAM's triad as its authors measure it: best of some passes, by one thread and by all. For
// scripts/ceilings-check. Usage: stream_triad ELEMENTS
#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include <omp.h>
int main(int, char** words) {
  const long n = std::atol(words[1]), repeats = 20;
  auto make = [&] {
    return static_cast<double*>(std::aligned_alloc(1 << 21, (n * 8 >> 21) + 1 << 21));
  };
  double *a = make(), *b = make(), *c = make();
#pragma omp parallel for
  for (long i = 0; i < n; ++i) a[i] = 0, b[i] = 1, c[i] = 2;
  for (int threads = 1; threads <= omp_get_max_threads();
       threads += std::max(1, omp_get_max_threads() - 1)) {
    double best = 1e9;
    for (long r = 0; r < repeats; ++r) {
      const double begin = omp_get_wtime();
#pragma omp parallel for num_threads(threads)
      for (long i = 0; i < n; ++i) a[i] = b[i] + 3 * c[i];
      best = std::min(best, omp_get_wtime() - begin);
    }
    if (a[n / 2] != 7) return 1;
    std::printf("memory.triad_%d %g\n", threads, 24.0 * n / best);
  }
}
