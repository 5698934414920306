// hot_paths REPORT PROGRAM [Google Benchmark's options]: what decoding, naming, diagnosing and
// saving cost. REPORT is what `bottleneck run --json` wrote, PROGRAM an executable with debug
// information.
#include <cstdio>
#include <fstream>
#include <iterator>

#include <benchmark/benchmark.h>

#include "bench/micro/benches.h"
#include "src/core/error.h"

int main(int count, char** words) {
  using namespace bottleneck;
  benchmark::Initialize(&count, words);
  if (count != 3) {
    std::fputs("Usage: hot_paths REPORT PROGRAM [--benchmark_...]\n", stderr);
    return exit_usage;
  }
  std::ifstream file(words[1], std::ios::binary);
  const std::string saved{std::istreambuf_iterator<char>(file), {}};
  try {
    bench::add_records();
    bench::add_code(words[2]);
    bench::add_reports(saved);
    benchmark::RunSpecifiedBenchmarks();
    return exit_ok;
  } catch (const Error& error) {
    std::fprintf(stderr, "error: %s\n  why  %s\n  fix  %s\n", error.what.c_str(), error.why.c_str(),
                 error.fix.c_str());
    return exit_failed;
  }
}
