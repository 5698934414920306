// Naive matrix product, triple loop ijk: the inner loop walks down a column. Prints a checksum.
// Usage: matmul [N], N x N doubles, default 1000.
#include <cstdio>
#include <cstdlib>
#include <vector>

namespace {

void multiply(const std::vector<double>& a, const std::vector<double>& b, std::vector<double>& c,
              std::size_t n) {
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) {
      double sum = 0;
      for (std::size_t k = 0; k < n; ++k) sum += a[i * n + k] * b[k * n + j];
      c[i * n + j] = sum;
    }
}

}  // namespace

int main(int argc, char** argv) {
  const long asked = argc > 1 ? std::strtol(argv[1], nullptr, 10) : 1000;
  if (asked < 1 || asked > 20000) {
    std::fprintf(stderr, "usage: matmul [N]   (1 <= N <= 20000)\n");
    return 2;
  }
  const auto n = static_cast<std::size_t>(asked);
  std::vector<double> a(n * n), b(n * n), c(n * n);
  for (std::size_t i = 0; i < n * n; ++i) {
    a[i] = static_cast<double>(i % 7) - 3;
    b[i] = static_cast<double>(i % 5) - 2;
  }
  multiply(a, b, c, n);
  double checksum = 0;
  for (double x : c) checksum += x;
  std::printf("matmul %zu checksum %.6g\n", n, checksum);
}
