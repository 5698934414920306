// C = A B for square matrices of doubles: the triple loop ijk, which walks down a column of B, and
// what is made of it step by step.
#include "workloads/harness/harness.h"

namespace {

using workload::Result;
using workload::Setting;

using Matrix = std::vector<double>;

__attribute__((noinline)) void multiply(const Matrix& a, const Matrix& b, Matrix& c,
                                        std::size_t n) {
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) {
      double sum = 0;
      for (std::size_t k = 0; k < n; ++k) sum += a[i * n + k] * b[k * n + j];
      c[i * n + j] = sum;
    }
}

template <typename Multiply>
Result run(const Setting& setting, Multiply multiply) {
  const std::size_t n = setting.size;
  Matrix a(n * n), b(n * n), c(n * n);
  for (std::size_t i = 0; i < n * n; ++i) {
    a[i] = static_cast<double>(i % 7) - 3;
    b[i] = static_cast<double>(i % 5) - 2;
  }
  multiply(a, b, c, n);
  double sum = 0;
  for (const double x : c) sum += x;
  return {"checksum", {sum}};
}

std::string limit(std::size_t n, int) { return std::to_string(2 * n * n * n) + " operations"; }

}  // namespace

int main(int argc, char** argv) {
  workload::Workload workload;
  workload.name = "matmul";
  workload.line = "product of two matrices of doubles, the inner loop walks down a column";
  workload.verdicts = {"memory_latency", "compute"};
  workload.unit = "rows";
  workload.default_size = 1000;
  workload.quick_size = 700;
  workload.check_size = 131;
  workload.most_size = 20000;
  workload.tolerance = 1e-9;
  workload.variants = {{"ijk", "triple loop, inner loop over k", "", "", "speedup",
                        [](const Setting& setting) { return run(setting, multiply); }}};
  workload.needs = [](std::size_t n) { return workload::Needs{3 * n * n * 8 + (8 << 20), 0}; };
  workload.limit = limit;
  return workload::run_main(workload, argc, argv);
}
