// Adds two arrays of float32 on an accelerator in the classic four steps: a vectorized function,
// the inputs to the device, compute, the sum back. One addition for 12 bytes: moving them is what
// it takes, and each variant moves less or better. The last two let the CPU do it.
#include <cstdio>
#include <utility>
#include <vector>

#include "workloads/gpu-add/arrays.h"
#include "workloads/gpu/part.h"
#include "workloads/harness/lanes.h"

namespace {

using workload::Result;
using workload::Setting;
using workload::Variant;
using workload::gpu::on_device;
using workload::gpu::Part;

WORKLOAD_LANES void add_simd(const float* a, const float* b, float* out, std::size_t first,
                             std::size_t last) {
#pragma omp simd
  for (std::size_t i = first; i < last; ++i) out[i] = a[i] + b[i];
}

struct HostArrays {
  explicit HostArrays(std::size_t count) : a(count), b(count), out(count) {
    gpu_add::fill(a.data(), b.data(), count);
  }
  std::vector<float> a, b, out;
};

Result add_in_threads(const Setting& setting, int threads) {
  const std::size_t count = gpu_add::count_of(setting);
  HostArrays host(count);
  workload::in_parallel(threads, count, [&](int, std::size_t first, std::size_t last) {
    for (int round = 0; round < gpu_add::rounds; ++round) {
      add_simd(host.a.data(), host.b.data(), host.out.data(), first, last);
      workload::keep(host.out[first]);
    }
  });
  return gpu_add::tell(gpu_add::sum_up(host.out.data(), count));
}

Result run_simd(const Setting& setting) { return add_in_threads(setting, 1); }
Result run_threads(const Setting& setting) { return add_in_threads(setting, setting.threads); }

std::string in_host_memory(const Part& part) {
  return part.host_memory ? "the device works in the host's memory" : "";
}

/// A real CPU against made-up times of a device says nothing.
std::string beside_simulated() {
  return workload::gpu::find_part("gpu-add").simulated ? "the device's times are made up" : "";
}

/// `text`: what it does differently.
Variant step(const char* name, const char* text, const char* after, const char* remedy,
             const std::function<std::string(const Part&)>& useless = {}) {
  return on_device("gpu-add", {name, text, after, remedy, "speedup", {}}, useless);
}

std::vector<Variant> make_variants() {
  return {step("naive", "inputs to the device, add, sum back, each in its turn, pageable memory",
               "", ""),
          step("pinned", "from and to locked pages, which the device reads and writes by itself",
               "naive", "pin_memory", in_host_memory),
          step("streams", "in 16 chunks on 4 streams: one is moved while another is added",
               "pinned", "overlap_copies", in_host_memory),
          step("mapped", "the device works on the host's own arrays: nothing is moved", "naive",
               "map_memory"),
          step("inputs-resident", "the inputs are sent once and stay on the device", "naive",
               "keep_on_device"),
          step("all-resident", "the sum stays there too and comes back once, at the end",
               "inputs-resident", "keep_on_device"),
          {"cpu-simd",
           "one CPU in the widest vectors it has: nothing is moved",
           "naive",
           "compute_on_cpu",
           "speedup",
           run_simd,
           {},
           false,
           beside_simulated},
          {"cpu-threads",
           "all CPUs",
           "naive",
           "compute_on_cpu",
           "speedup",
           run_threads,
           {},
           false,
           beside_simulated}};
}

std::string limit(std::size_t size, int) {
  char text[400];
  const double gigabytes = static_cast<double>((size << 20) * gpu_add::rounds) / 1e9;
  std::snprintf(
      text, sizeof text,
      "%d rounds send %.3g GB, read back %.3g GB, and add once for 12 bytes: divide by what "
      "the link gives (64 GB/s each way for PCIe 5 with 16 lanes). All resident, the "
      "device's own memory has %.3g GB to move.",
      gpu_add::rounds, 2 * gigabytes, gigabytes, 3 * gigabytes);
  return text;
}

}  // namespace

int main(int argc, char** argv) {
  workload::Workload workload;
  workload.name = "gpu-add";
  workload.line = "adds two arrays on a GPU in four steps: moving them is all that it takes";
  workload.verdicts = {"gpu_transfer"};
  workload.unit = "MB per array";
  workload.default_size = 64;
  workload.quick_size = 24;
  workload.check_size = 1;
  workload.most_size = 1 << 12;
  workload.variants = make_variants();
  // Twice: on the host and, where that is the host's memory too, on the device.
  workload.needs = [](std::size_t size) { return workload::Needs{(6 * size + 200) << 20, 0}; };
  workload.limit = limit;
  workload::gpu::ask_part(workload);
  return workload::run_main(workload, argc, argv);
}
