// sample_exports FOLDER: the sample reports in every form, for the readers of this folder's tests;
// and broken ones beside them, which the same readers must refuse.
#include <cstdio>
#include <fstream>
#include <functional>

#include "reports/comparison.h"
#include "reports/exports.h"
#include "src/core/json.h"
#include "src/core/json_comparison.h"
#include "tests/golden/sample_reports.h"

namespace {

using namespace bottleneck;

SecondsChange changed(const std::string& name) { return {name, "matmul", "a.cpp", 3, 0.1, 0.2}; }

/// Every field, with names that nobody should take for markup.
Comparison a_comparison(CompareVerdict verdict) {
  Comparison all;
  all.verdict = verdict;
  all.why = "head takes 10.2 % longer <script>@team";
  all.base.command = {"./old", "</script>", "\x1b[31m"};
  all.head.command = {"./new", "`|`\n# heading"};
  all.base.wall_s = {1, 1.01, 0.99};
  all.head.wall_s = {1.1, 1.11};
  all.base.median_s = all.base.profiled_s = 1;
  all.head.median_s = all.head.profiled_s = 1.1;
  all.base.profiled = all.head.profiled = true;
  all.ratio = Quantity{1.1, 1.05, 1.15, Unit::ratio};
  all.smallest = 0.03;
  all.interleaved = true;
  all.pairs = 10;
  all.obstacles = {"another kernel: base <b>, head &"};
  all.outputs_differ = "line 1: caf\xe9 \xe2\x80\xae";
  all.notes = {"www.example.org and http://example.org"};
  all.classes = {{"compute", "", "", 0, 0.2, 0.3}};
  all.functions = {changed("f<\xff>()"), changed(std::string(100'000, 'x'))};
  return all;
}

void write(const std::string& path, const std::string& text) { std::ofstream(path) << text; }

void write_all(const std::string& stem, const Report& report) {
  write(stem + ".trace.json", export_trace(report));
  write(stem + ".pb.gz", export_pprof(report));
  write(stem + ".folded", export_folded(report));
  write(stem + ".sarif", export_sarif(report, {"/src", "0.1.0"}));
  write(stem + ".md", export_markdown(report));
  write(stem + ".junit.xml", export_junit(report));
  write(stem + ".report.json", report_to_json(report));
}

}  // namespace

int main(int count, char** words) {
  if (count != 2) {
    std::fputs("Usage: sample_exports FOLDER\n", stderr);
    return 2;
  }
  const std::string folder = std::string(words[1]) + "/";
  const std::pair<const char*, Report> samples[] = {
      {"matmul", a_matmul_report()},   {"demo", a_demo_report()},
      {"idle", an_idle_report()},      {"limited", a_limited_report()},
      {"hostile", a_hostile_report()}, {"random", a_random_report(7)}};
  for (const auto& [name, report] : samples) write_all(folder + name, report);
  for (int i = 0; i < compare_verdict_count; ++i) {
    const Comparison all = a_comparison(static_cast<CompareVerdict>(i));
    const std::string stem = folder + std::string(to_string(all.verdict));
    write(stem + ".comparison.json", comparison_to_json(all));
    write(stem + ".junit.xml", comparison_to_junit(all, i % 2 == 0));
    write(stem + ".md", comparison_to_markdown(all));
  }
  return 0;
}
