// A control: the blocked product of workloads/matmul on all CPUs, over and over. Vectors, caches
// and CPUs are used as well as one can; there is nothing to recommend.
#include <cstdio>

#include "workloads/harness/barrier.h"
#include "workloads/harness/harness.h"
#include "workloads/matmul/matmul.h"

namespace {

using workload::Result;
using workload::Setting;

constexpr std::size_t products = 40;  ///< so that making the matrices is a small part

/// The same numbers however many threads make them: each row has a seed of its own.
void fill_rows(matmul::Matrix& matrix, std::uint64_t seed, std::size_t n, std::size_t first,
               std::size_t last) {
  for (std::size_t row = first; row < last; ++row) {
    std::uint64_t state = seed + row;
    for (std::size_t i = row * n; i < (row + 1) * n; ++i) matrix[i] = workload::next_uniform(state);
  }
}

/// All on all CPUs, the making of the matrices and the sum as well.
Result multiply(std::size_t n, int threads) {
  matmul::Matrix a(n * n), b(n * n), c(n * n);
  std::vector<double> sums(n);
  workload::Barrier barrier(threads);
  workload::in_parallel(threads, n, [&](int, std::size_t first, std::size_t last) {
    fill_rows(a, workload::seed, n, first, last);
    fill_rows(b, workload::seed + n, n, first, last);
    barrier.meet();
    for (std::size_t i = 0; i < products; ++i) matmul::multiply_blocked(a, b, c, n, first, last);
    for (std::size_t row = first; row < last; ++row)
      for (std::size_t i = row * n; i < (row + 1) * n; ++i) sums[row] += c[i];
  });
  double sum = 0;
  for (const double row : sums) sum += row;
  return {"checksum", {sum, c.back()}};
}

Result run(const Setting& setting) { return multiply(setting.size, setting.threads); }

Result run_more_threads(const Setting& setting) {
  return multiply(setting.size, 2 * setting.threads);
}

std::string limit(std::size_t n, int threads) {
  const auto size = static_cast<double>(n);
  char text[300];
  std::snprintf(text, sizeof text,
                "%.3g multiplications and additions on %d threads, fused, in whole vectors, from "
                "registers: what the cores can do is the limit, and it is reached but for some",
                2 * size * size * size * products, threads);
  return text;
}

}  // namespace

int main(int argc, char** argv) {
  workload::Workload workload;
  workload.name = "optimal";
  workload.line = "control: matrix products in vectors, from the caches, on all CPUs";
  workload.verdicts = {"compute"};
  workload.control = true;
  workload.unit = "rows";
  workload.default_size = 1000;
  workload.quick_size = 700;
  workload.check_size = 131;
  workload.most_size = 20000;
  workload.tolerance = 1e-9;
  workload.variants = {
      {"all-cpus", "blocked products, the rows over all CPUs", "", "", "speedup", run},
      {"again", "the same once more", "all-cpus", "vectorize", "none", run},
      {"more-threads", "twice as many threads as CPUs", "all-cpus", "spread_work", "none",
       run_more_threads}};
  workload.needs = [](std::size_t n) {
    const std::uint64_t packed = 8 << 20;  // of one thread
    return workload::Needs{
        3 * n * n * 8 + 2 * static_cast<std::uint64_t>(workload::allowed_cpus()) * packed, 0};
  };
  workload.limit = limit;
  return workload::run_main(workload, argc, argv);
}
