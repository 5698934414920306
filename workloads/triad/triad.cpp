// a[i] = b[i] + s c[i] over arrays that are far larger than any cache (J. McCalpin's STREAM triad):
// memory is the limit, so vectors gain nothing and more CPUs gain what memory still has to give.
#include <cstdio>
#if defined(__x86_64__)
#include <emmintrin.h>
#endif

#include "workloads/harness/harness.h"
#include "workloads/harness/lanes.h"
#include "workloads/harness/pages.h"

namespace {

using workload::Result;
using workload::Setting;

constexpr std::size_t sweeps = 100;  ///< so that the first touch is a small part
constexpr std::size_t values_per_mb = (1 << 20) / sizeof(double);

struct Arrays {
  explicit Arrays(const Setting& setting)
      : count(setting.size * values_per_mb), a(count, page), b(count, page), c(count, page) {}

  void fill(std::size_t first, std::size_t last) {
    for (std::size_t i = first; i < last; ++i) {
      a[i] = 0;
      b[i] = static_cast<double>(i & 1023);
      c[i] = static_cast<double>(i & 511);
    }
  }

  /// Of some elements: all of them would be a sweep more.
  Result sum_up() const {
    double sum = 0;
    for (std::size_t i = 0; i < count; i += 4099) sum += a[i];
    return {"checksum", {sum, a[count - 1]}};
  }

  /// First touch of 4 KB pages takes as long as some 15 sweeps (measured on a virtual machine).
  static constexpr workload::PageSize page = workload::PageSize::huge;
  std::size_t count;
  workload::Pages<double> a, b, c;
};

using Sweep = void (*)(double* a, const double* b, const double* c, double s, std::size_t first,
                       std::size_t last);

WORKLOAD_SCALAR void sweep_scalar(double* a, const double* b, const double* c, double s,
                                  std::size_t first, std::size_t last) {
  for (std::size_t i = first; i < last; ++i) a[i] = b[i] + s * c[i];
}

WORKLOAD_LANES void sweep_simd(double* a, const double* b, const double* c, double s,
                               std::size_t first, std::size_t last) {
#pragma omp simd
  for (std::size_t i = first; i < last; ++i) a[i] = b[i] + s * c[i];
}

/// Writes around the caches: what is overwritten is not read before.
WORKLOAD_KERNEL void sweep_stream(double* a, const double* b, const double* c, double s,
                                  std::size_t first, std::size_t last) {
#if defined(__x86_64__)
  constexpr std::size_t lanes = 2;
  std::size_t i = first;
  for (; i < last && i % lanes != 0; ++i) a[i] = b[i] + s * c[i];
  const __m128d scale = _mm_set1_pd(s);
  for (; i + lanes <= last; i += lanes)
    _mm_stream_pd(a + i, _mm_add_pd(_mm_loadu_pd(b + i), _mm_mul_pd(scale, _mm_loadu_pd(c + i))));
  for (; i < last; ++i) a[i] = b[i] + s * c[i];
  _mm_sfence();
#else
  sweep_scalar(a, b, c, s, first, last);
#endif
}

template <Sweep sweep>
void run_part(Arrays& arrays, std::size_t first, std::size_t last) {
  arrays.fill(first, last);
  for (std::size_t i = 1; i <= sweeps; ++i)
    sweep(arrays.a.data(), arrays.b.data(), arrays.c.data(), static_cast<double>(i), first, last);
}

template <Sweep sweep>
Result run_alone(const Setting& setting) {
  Arrays arrays(setting);
  run_part<sweep>(arrays, 0, arrays.count);
  return arrays.sum_up();
}

/// Each thread touches its own part first and stays with it.
template <Sweep sweep>
Result run_threads(const Setting& setting) {
  Arrays arrays(setting);
  workload::in_parallel(
      setting.threads, arrays.count,
      [&](int, std::size_t first, std::size_t last) { run_part<sweep>(arrays, first, last); });
  return arrays.sum_up();
}

std::string limit(std::size_t size, int) {
  char text[300];
  const double gigabytes = static_cast<double>(size * sweeps << 20) / 1e9;
  std::snprintf(text, sizeof text,
                "%zu sweeps have to read %.3g GB and write %.3g GB; ordinary stores also read what "
                "they overwrite, %.3g GB more. Divide by the memory bandwidth of this machine "
                "(bottleneck machine): one operation for 12 bytes is nothing to any core",
                sweeps, 2 * gigabytes, gigabytes, gigabytes);
  return text;
}

}  // namespace

int main(int argc, char** argv) {
  workload::Workload workload;
  workload.name = "triad";
  workload.line = "a = b + s c over arrays that no cache holds: streams of data are the limit";
  workload.verdicts = {"memory_bandwidth"};
  workload.unit = "MB per array";
  workload.default_size = 128;
  workload.quick_size = 32;
  workload.check_size = 1;
  workload.most_size = 1 << 16;
  workload.tolerance = 1e-12;
  workload.variants = {
      {"scalar", "one thread, one element at a time", "", "", "speedup", run_alone<sweep_scalar>},
      {"simd", "in the widest vectors of this CPU: memory gives no more for that", "scalar",
       "vectorize", "none", run_alone<sweep_simd>},
      {"stream", "stores around the caches: a quarter less to move", "scalar", "", "none",
       run_alone<sweep_stream>},
      {"threads", "the arrays over all CPUs", "scalar", "spread_work", "speedup",
       run_threads<sweep_scalar>},
      {"threads-stream", "the arrays over all CPUs, stores around the caches", "threads", "",
       "none", run_threads<sweep_stream>}};
  workload.needs = [](std::size_t size) { return workload::Needs{(3 * size + 16) << 20, 0}; };
  workload.limit = limit;
  return workload::run_main(workload, argc, argv);
}
