// What is done once per run with its whole profile: diagnosis, and the saved file both ways.
#include <benchmark/benchmark.h>

#include "bench/micro/benches.h"
#include "src/analysis/analyze.h"
#include "src/core/json.h"

namespace bottleneck::bench {
namespace {

void diagnose(benchmark::State& state, const Profile& profile) {
  for (auto _ : state) benchmark::DoNotOptimize(analyze(profile));
  state.SetItemsProcessed(state.iterations());
}

void write_report(benchmark::State& state, const Report& report) {
  std::size_t bytes = 0;
  for (auto _ : state) bytes += report_to_json(report).size();
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
}

void read_report(benchmark::State& state, const std::string& text) {
  for (auto _ : state) benchmark::DoNotOptimize(profile_from_json(text, "saved"));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}

}  // namespace

void add_reports(const std::string& saved) {
  const Profile profile = profile_from_json(saved, "the saved report");
  benchmark::RegisterBenchmark("diagnose the report", diagnose, profile);
  benchmark::RegisterBenchmark("write the report as JSON", write_report, analyze(profile));
  benchmark::RegisterBenchmark("read the report from JSON", read_report, saved);
}

}  // namespace bottleneck::bench
