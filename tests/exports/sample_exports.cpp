// sample_exports FOLDER: the sample reports in every form, for the readers of this folder's tests;
// and broken ones beside them, which the same readers must refuse.
#include <cstdio>
#include <fstream>
#include <functional>

#include "reports/comparison.h"
#include "reports/exports.h"
#include "src/core/json.h"
#include "src/core/json_ceilings.h"
#include "src/core/json_comparison.h"
#include "src/core/json_workload.h"
#include "tests/golden/sample_others.h"
#include "tests/golden/sample_reports.h"

namespace {

using namespace bottleneck;

SecondsChange changed(const std::string& name) { return {name, "matmul", "a.cpp", 3, 0.1, 0.2}; }

/// Every field, with names that nobody should take for markup.
Comparison a_judged_comparison(CompareVerdict verdict) {
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
  all.cpu_ratio = Quantity{1.2, 1.1, 1.3, Unit::ratio};
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

/// Two variants, with everything that a workload says of itself.
DemoDescription a_described_demo(const std::string& name) {
  DemoDescription one;
  one.name = one.line = one.unit = one.missing = one.device = name.empty() ? "toy" : name;
  one.verdicts = {"sleep"};
  one.default_size = one.quick_size = one.most_size = 2;
  one.variants = {{"slow", name, "", std::nullopt}, {"fast", name, "slow", Remedy::wait_together}};
  return one;
}

void write_others(const std::string& stem, const std::string& name) {
  const MachineReport machine = a_machine(name);
  CeilingSet set;
  set.ceilings = machine.ceilings;
  write(stem + ".machine.json", machine_to_json(machine.machine, machine.topology, set));
  std::vector<std::string> reports;
  for (const TriedDemo& one : some_demos(name))
    if (one.report) reports.push_back(report_to_json(*one.report));
  write(stem + ".demos.json", demos_to_json(reports));
  write(stem + ".demo_list.json", workloads_to_json({a_described_demo(name)}));
  const Comparison all = a_comparison(name);
  write(stem + ".comparison.json", comparison_to_json(all));
  write(stem + ".junit.xml", comparison_to_junit(all, true));
  write(stem + ".md", comparison_to_markdown(all));
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
      {"hostile", a_hostile_report()}, {"named", a_report_of_hostile_names()},
      {"random", a_random_report(7)}};
  for (const auto& [name, report] : samples) write_all(folder + name, report);
  write_others(folder + "others", "");
  write_others(folder + "others_hostile", hostile_name);
  for (int i = 0; i < compare_verdict_count; ++i) {
    const Comparison all = a_judged_comparison(static_cast<CompareVerdict>(i));
    const std::string stem = folder + std::string(to_string(all.verdict));
    write(stem + ".comparison.json", comparison_to_json(all));
    write(stem + ".junit.xml", comparison_to_junit(all, i % 2 == 0));
    write(stem + ".md", comparison_to_markdown(all));
  }
  return 0;
}
