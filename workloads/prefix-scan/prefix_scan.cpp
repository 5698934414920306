// A control: each value is made of the one before by a step that is not linear, so that no partial
// results can be put together later. It looks like a loop over independent rows; it is one chain.
#include <atomic>
#include <cstdio>

#include "workloads/harness/harness.h"
#include "workloads/harness/lanes.h"

namespace {

using workload::Result;
using workload::Setting;

constexpr std::size_t values =
    65536;                         ///< 512 KB each of input and output, read and written in order
constexpr std::size_t blocks = 2;  ///< handed over in each pass
constexpr std::size_t passes_per_size = 10;

struct Scan {
  Scan() : input(values), output(values) {
    std::uint64_t state = workload::seed;
    for (double& x : input) x = 0.9 + 0.1 * workload::next_uniform(state);
  }
  Result sum_up() const {
    double sum = 0;
    for (const double x : output) sum += x;
    return {"checksum", {sum, output.back()}};
  }
  std::vector<double> input, output;
};

/// x = b - 1.4 x x (M. Henon's map with a changing constant): stays between -1 and 1, is chaotic,
/// and has no shorter form for many steps.
WORKLOAD_KERNEL double scan(const double* input, double* output, std::size_t count, double x) {
  for (std::size_t i = 0; i < count; ++i) {
    x = input[i] - 1.4 * x * x;
    output[i] = x;
  }
  return x;
}

Result run_alone(const Setting& setting) {
  Scan work;
  double last = 0;
  for (std::size_t pass = 0; pass < passes_per_size * setting.size; ++pass)
    last = scan(work.input.data(), work.output.data(), values, last);
  return work.sum_up();
}

/// Blocks go round the threads: each has to wait for the last value of the block before.
Result run_threads(const Setting& setting) {
  Scan work;
  const std::size_t all = passes_per_size * setting.size * blocks;
  const auto threads = static_cast<std::size_t>(setting.threads);
  std::atomic<std::size_t> turn = 0;
  double last = 0;
  workload::in_parallel(setting.threads, threads, [&](int part, std::size_t, std::size_t) {
    for (auto block = static_cast<std::size_t>(part); block < all; block += threads) {
      for (std::size_t now = turn.load(); now != block; now = turn.load()) turn.wait(now);
      const std::size_t first = block % blocks * (values / blocks);
      last = scan(&work.input[first], &work.output[first], values / blocks, last);
      turn.store(block + 1);
      turn.notify_all();
    }
  });
  return work.sum_up();
}

std::string limit(std::size_t size, int) {
  char text[300];
  std::snprintf(text, sizeof text,
                "%.3g steps, each of two multiplications and a subtraction that wait for the step "
                "before: some 8 to 12 cycles each, whatever the number of threads or lanes",
                static_cast<double>(size * passes_per_size * values));
  return text;
}

}  // namespace

int main(int argc, char** argv) {
  workload::Workload workload;
  workload.name = "prefix-scan";
  workload.line = "control: a loop over an array in which each step needs the step before";
  workload.verdicts = {"compute"};
  workload.control = true;
  workload.unit = "tens of passes";
  workload.default_size = 750;
  workload.quick_size = 250;
  workload.check_size = 1;
  workload.most_size = 1000000;
  workload.variants = {{"one-chain", "one value after the other", "", "", "speedup", run_alone},
                       {"threads", "blocks go round the CPUs, each waits for the one before",
                        "one-chain", "spread_work", "none", run_threads}};
  workload.needs = [](std::size_t) { return workload::Needs{16 << 20, 0}; };
  workload.limit = limit;
  return workload::run_main(workload, argc, argv);
}
