// A control: a plain scalar loop, which asks for vectors, but all CPUs run it over arrays that no
// cache holds. Memory gives what it can already.
#include <algorithm>
#include <cstdio>

#include "workloads/harness/harness.h"
#include "workloads/harness/lanes.h"
#include "workloads/harness/pages.h"

namespace {

using workload::Result;
using workload::Setting;

constexpr std::size_t values = (std::size_t{64} << 20) / sizeof(double);  ///< of each array
constexpr std::size_t cached = (std::size_t{64} << 10) / sizeof(double);  ///< of both in any L2

using Sweep = void (*)(double* to, const double* from, double s, std::size_t first,
                       std::size_t last);

/// Unrolled, so that the loop itself costs nothing beside what it waits for.
WORKLOAD_SCALAR void add_scalar(double* to, const double* from, double s, std::size_t first,
                                std::size_t last) {
#pragma GCC unroll 8
  for (std::size_t i = first; i < last; ++i) to[i] += s * from[i];
}

WORKLOAD_LANES void add_simd(double* to, const double* from, double s, std::size_t first,
                             std::size_t last) {
#pragma omp simd
  for (std::size_t i = first; i < last; ++i) to[i] += s * from[i];
}

/// `block`: values that all sweeps pass over before the next ones; each value sees the same steps
/// in the same order.
template <Sweep sweep, std::size_t block>
Result run(const Setting& setting) {
  const std::size_t count = values;
  workload::Pages<double> from(count, workload::PageSize::huge);
  workload::Pages<double> to(count, workload::PageSize::huge);
  workload::in_parallel(setting.threads, count, [&](int, std::size_t first, std::size_t last) {
    for (std::size_t i = first; i < last; ++i) from[i] = to[i] = static_cast<double>(i & 1023);
    for (std::size_t part = first; part < last; part += block)
      for (std::size_t i = 1; i <= setting.size; ++i)
        sweep(to.data(), from.data(), static_cast<double>(i), part, std::min(part + block, last));
  });
  double sum = 0;
  for (std::size_t i = 0; i < count; i += 4099) sum += to[i];
  return {"checksum", {sum, to[count - 1]}};
}

std::string limit(std::size_t size, int) {
  const double gigabytes = static_cast<double>(size * values * sizeof(double)) / 1e9;
  char text[300];
  std::snprintf(text, sizeof text,
                "%zu sweeps have to read %.3g GB and write %.3g GB: divide by the memory bandwidth "
                "of this machine (bottleneck machine); vectors move nothing faster",
                size, 2 * gigabytes, gigabytes);
  return text;
}

}  // namespace

int main(int argc, char** argv) {
  workload::Workload workload;
  workload.name = "vector-lure";
  workload.line = "control: a scalar loop on all CPUs that already takes all that memory gives";
  workload.verdicts = {"memory_bandwidth"};
  workload.control = true;
  workload.unit = "sweeps over two arrays of 64 MB";
  workload.default_size = 320;
  workload.quick_size = 120;
  workload.check_size = 2;
  workload.most_size = 1 << 20;
  workload.tolerance = 1e-12;
  workload.variants = {
      {"scalar", "one element at a time, on all CPUs", "", "", "speedup", run<add_scalar, values>},
      {"simd", "in the widest vectors of this CPU", "scalar", "vectorize", "none",
       run<add_simd, values>},
      {"blocked", "all sweeps over 64 kB before the next: what is advised instead comes true",
       "scalar", "reuse_in_cache", "speedup", run<add_scalar, cached>}};
  workload.needs = [](std::size_t) { return workload::Needs{(2 * 64 + 16) << 20, 0}; };
  workload.limit = limit;
  return workload::run_main(workload, argc, argv);
}
