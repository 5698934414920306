// OpenBLAS's dgemm, best of some, by one thread and by all. For scripts/ceilings-check.
// Usage: matrix_product WIDEST THREADS
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include <cblas.h>
int main(int, char** words) {
  const int n = 1500, repeats = 10;
  std::vector<double> a(n * n, 1), b(n * n, 2), c(n * n);
  for (const int threads : {1, std::stoi(words[2])}) {
    openblas_set_num_threads(threads);
    double best = 1e9;
    for (int r = 0; r < repeats; ++r) {
      const auto begin = std::chrono::steady_clock::now();
      cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, n, n, n, 1, &a[0], n, &b[0], n, 0,
                  &c[0], n);
      best = std::min(
          best, std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
    }
    std::printf("compute.flops_f64_%s_%s %g\n", words[1], threads == 1 ? "1" : "all",
                2.0 * n * n * n / best);
    if (threads == 1 && words[2] == std::string("1")) break;
  }
  std::fprintf(stderr, "OpenBLAS picked its kernel for %s\n", openblas_get_corename());
}
