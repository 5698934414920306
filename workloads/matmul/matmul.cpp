// C = A B for square matrices of doubles: the triple loop ijk, which walks down a column of B, and
// what is made of it step by step.
#include "workloads/matmul/matmul.h"

#include <cstdio>

#include "workloads/harness/harness.h"
#include "workloads/harness/lanes.h"

namespace {

using matmul::Matrix;
using workload::Result;
using workload::Setting;

WORKLOAD_SCALAR void multiply(const Matrix& a, const Matrix& b, Matrix& c, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) {
      double sum = 0;
      for (std::size_t k = 0; k < n; ++k) sum += a[i * n + k] * b[k * n + j];
      c[i * n + j] = sum;
    }
}

/// The same with the loops over j and k swapped: all three matrices are walked along their rows.
WORKLOAD_SCALAR void multiply_ikj(const Matrix& a, const Matrix& b, Matrix& c, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t k = 0; k < n; ++k) {
      const double scale = a[i * n + k];
      const double* const from = &b[k * n];
      double* const to = &c[i * n];
      for (std::size_t j = 0; j < n; ++j) to[j] += scale * from[j];
    }
}

WORKLOAD_LANES void multiply_simd(const Matrix& a, const Matrix& b, Matrix& c, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t k = 0; k < n; ++k) {
      const double scale = a[i * n + k];
      const double* const from = &b[k * n];
      double* const to = &c[i * n];
#pragma omp simd
      for (std::size_t j = 0; j < n; ++j) to[j] += scale * from[j];
    }
}

struct Product {
  explicit Product(std::size_t n) : a(n * n), b(n * n), c(n * n) {
    std::uint64_t state = workload::seed;
    for (double& x : a) x = workload::next_uniform(state);
    for (double& x : b) x = workload::next_uniform(state);
  }

  Result sum_up() const {
    double sum = 0, weighted = 0;  // the second sees elements that are in each other's place
    for (std::size_t i = 0; i < c.size(); ++i) {
      sum += c[i];
      weighted += c[i] * static_cast<double>(i % 7);
    }
    return {"checksums", {sum, weighted}};
  }

  Matrix a, b, c;
};

template <void (*Multiply)(const Matrix&, const Matrix&, Matrix&, std::size_t)>
Result run(const Setting& setting) {
  Product product(setting.size);
  Multiply(product.a, product.b, product.c, setting.size);
  return product.sum_up();
}

Result run_blocked(const Setting& setting) {
  Product product(setting.size);
  matmul::multiply_blocked(product.a, product.b, product.c, setting.size, 0, setting.size);
  return product.sum_up();
}

Result run_threads(const Setting& setting) {
  Product product(setting.size);
  workload::in_parallel(
      setting.threads, setting.size, [&](int, std::size_t first, std::size_t last) {
        matmul::multiply_blocked(product.a, product.b, product.c, setting.size, first, last);
      });
  return product.sum_up();
}

std::string limit(std::size_t n, int threads) {
  const auto size = static_cast<double>(n);
  char text[300];
  std::snprintf(
      text, sizeof text,
      "%.3g multiplications and additions; 3 matrices of %.3g MB have to be moved once, so "
      "%.3g operations for each byte: the arithmetic of the core is the limit, not memory. "
      "%d threads are at most %d times faster than one",
      2 * size * size * size, size * size * 8 / 1e6, size / 12, threads, threads);
  return text;
}

workload::Needs needs(std::size_t n) {
  const std::uint64_t packed = 8 << 20;  // of one thread
  return {3 * n * n * 8 + static_cast<std::uint64_t>(workload::allowed_cpus()) * packed, 0};
}

}  // namespace

int main(int argc, char** argv) {
  workload::Workload workload;
  workload.name = "matmul";
  workload.line = "product of two matrices of doubles, the inner loop walks down a column";
  workload.verdicts = {"memory_latency", "compute"};
  workload.unit = "rows";
  workload.default_size = 1024;
  workload.quick_size = 512;
  workload.check_size = 131;
  workload.most_size = 20000;
  workload.tolerance = 1e-9;
  workload.variants = {
      {"ijk", "triple loop, the inner loop over k", "", "", "speedup", run<multiply>},
      {"ikj", "the inner loop over j, along the rows", "ijk", "reorder_accesses", "speedup",
       run<multiply_ikj>},
      {"simd", "the same in the widest vectors of this CPU", "ikj", "vectorize", "speedup",
       run<multiply_simd>},
      {"blocked", "packed blocks that stay in the caches, tiles in registers", "simd",
       "reuse_in_cache", "speedup", run_blocked},
      {"threads", "blocked, the rows over all CPUs", "blocked", "spread_work", "speedup",
       run_threads},
      {"openblas", "cblas_dgemm of OpenBLAS, one thread", "ijk", "reuse_in_cache", "speedup",
       run<matmul::multiply_openblas>, matmul::why_no_openblas}};
  workload.needs = needs;
  workload.limit = limit;
  return workload::run_main(workload, argc, argv);
}
