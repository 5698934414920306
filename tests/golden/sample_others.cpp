#include "tests/golden/sample_others.h"

#include "tests/golden/sample_reports.h"

namespace bottleneck {
namespace {

Measurement figure(const std::string& name, double value, Unit unit, double spread = 0.02) {
  return {name, Quantity{value, value * (1 - spread), value * (1 + spread), unit},
          "14 chains of multiply and add in registers", 1};
}

std::string lengthened(const std::string& name) { return name + std::string(100'000, 'x'); }

SecondsChange changed(const std::string& name, double base_s, double head_s) {
  return {name, "solve", "/src/solve.cpp", 31, base_s, head_s};
}

void name_everything(Comparison& all, const std::string& name) {
  all.why = name;
  all.base.command = {name, lengthened(name)};
  all.head.command = {lengthened(name), name};
  all.obstacles = {name, lengthened(name)};
  all.outputs_differ = lengthened(name);
  all.notes = {name, lengthened(name)};
  for (SecondsChange& one : all.functions) one.name = one.module = one.file = name;
  all.functions.front().name = lengthened(name);
  all.classes.front().name = name;  // no class is called so
}

void name_everything(MachineReport& report, const std::string& name) {
  report.machine.cpu_model = report.machine.kernel = name;
  report.kept = lengthened(name);
  for (Measurement& one : report.ceilings) one.source = name;
  report.ceilings.push_back({name, Unavailable{name, lengthened(name)}, name, 1});
  report.ceilings.push_back({lengthened(name), exactly(1, Unit::ratio), lengthened(name), 1});
  report.ceilings.push_back(
      {"memory.read_l" + name + "_1", exactly(1e9, Unit::bytes_per_second), name, 1});
}

void name_everything(TriedDemo& demo, const std::string& name) {
  demo.row.name = name;
  demo.row.said = demo.row.best = lengthened(name);
  if (!demo.left_out.empty()) demo.left_out = name;
  if (!demo.report) return;
  Demo& what = *demo.report->demo;
  what.name = what.line = what.unit = what.limit = what.wrong = name;
  what.steps.front().variant = name;
  what.notes = {name, lengthened(name)};
  demo.report->verdict.sentence = name;
  demo.report->verdict.where = {name, lengthened(name), name, 1, 1};
  for (Verification& one : demo.report->verifications)
    one.variant = one.baseline = one.why = one.model = one.limit = name;
}

}  // namespace

const std::string hostile_name =
    "</script><script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"
    "\"'`${}]]>-->&lt;\x1b[31m\xff\xfe\xe2\x80\xae\xe2\x80\xa8\x01";

Report a_report_of_hostile_names() {
  Report report = a_hostile_report();
  Profile& profile = report.profile;
  profile.target.command = {hostile_name, lengthened(hostile_name)};
  for (Location& place : profile.locations)
    place.function = place.caller = place.file = place.module = hostile_name;
  profile.locations.front().function = lengthened(hostile_name);
  for (Wait& wait : profile.waits) wait.call = wait.object = hostile_name;
  for (Thread& thread : profile.threads) thread.name = hostile_name;
  for (Process& process : profile.processes) process.name = hostile_name;
  report.verdict.sentence = hostile_name;
  const Where where{hostile_name, lengthened(hostile_name), "/src/" + hostile_name, 3, 1};
  for (Finding& finding : report.findings) {
    finding.where = where;
    finding.supports = {hostile_name};
  }
  for (Recommendation& advice : report.recommendations) {
    advice.where = where;
    advice.action = advice.why = hostile_name;
  }
  return report;
}

MachineReport a_machine(const std::string& name) {
  MachineReport report;
  report.machine = a_matmul_report().profile.machine;
  report.topology.cpus = 2;
  report.topology.cores = 1;
  report.took_s = 4.6;
  report.kept = "kept in /home/me/.cache/bottleneck/ceilings.json";
  constexpr Unit flops = Unit::flop_per_second, rate = Unit::bytes_per_second;
  report.ceilings = {
      figure("compute.flops_f32_avx2_1", 101e9, flops),
      figure("compute.flops_f64_scalar_1", 12e9, flops),
      figure("compute.flops_f64_sse_1", 25e9, flops),
      figure("compute.flops_f64_avx2_1", 51e9, flops),
      figure("compute.flops_f64_scalar_all", 19e9, flops),
      figure("compute.flops_f64_avx2_all", 60e9, flops),
      figure("memory.read_l1_1", 200e9, rate),
      figure("memory.read_l2_1", 86e9, rate),
      figure("memory.read_l3_1", 40e9, rate),
      figure("memory.read_1", 19e9, rate),
      figure("memory.read_2", 27e9, rate),
      figure("memory.triad_1", 12e9, rate),
      figure("latency.l1", 1.4e-9, Unit::seconds),
      figure("latency.l2", 4.1e-9, Unit::seconds),
      figure("latency.l3", 16e-9, Unit::seconds),
      figure("latency.dram", 120e-9, Unit::seconds, 0.2),
      figure("kappa.memory.read_2", 1.4, Unit::ratio),
      figure("fault.small", 0.5e-6, Unit::seconds),
      figure("storage.random_read_iops_qd1", 8'600, Unit::count),
      figure("storage.sequential_read_qd1", 0.8e9, rate, 0.3),
      {"storage.fsync",
       Unavailable{"the directory is read-only (EROFS)", "bottleneck machine --directory DIR"},
       "storage", 1},
      {"gpu.copy", Unavailable{"no device answers", ""}, "gpu", 1},
      figure("machine.disturbed", 0.12, Unit::ratio, 0)};
  if (!name.empty()) name_everything(report, name);
  return report;
}

Comparison a_comparison(const std::string& name) {
  Comparison all;
  all.verdict = CompareVerdict::regression;
  all.why = "head takes 10.2 % longer, more than the gate of 5.0 %";
  all.base.command = {"./old", "input 1"};
  all.head.command = {"./new", "input 1"};
  all.base.wall_s = {1, 1.01, 0.99, 1, 1.02, 0.98, 1.05, 1, 1, 0.99};
  all.head.wall_s = {1.1, 1.11, 1.09, 1.1, 1.12, 1.1, 1.2, 1.1, 1.09, 1.11};
  all.base.median_s = all.base.profiled_s = 1;
  all.head.median_s = all.head.profiled_s = 1.102;
  all.head.rejected = 2;
  all.base.profiled = all.head.profiled = true;
  all.base.kind = Bottleneck::compute;
  all.head.kind = Bottleneck::memory_latency;
  all.head.detail = Detail::strided;
  all.ratio = Quantity{1.102, 1.087, 1.115, Unit::ratio};
  all.cpu_ratio = Quantity{1.11, 1.10, 1.12, Unit::ratio};
  all.smallest = 0.03;
  all.confidence = 0.992;
  all.looks = 1;
  all.most_looks = 6;
  all.pairs = 10;
  all.interleaved = true;
  all.spent_s = 23;
  all.budget_s = 60;
  all.outputs_differ = "line 3: 1.25 and 1.26";
  all.notes = {"others used 4 % of the CPUs meanwhile"};
  all.classes = {{"memory_latency", "", "", 0, 0.05, 0.2},
                 {"compute", "", "", 0, 0.9, 0.85},
                 {"io_read", "", "", 0, 0.05, 0.05}};
  all.functions = {changed("solve(double*, int)", 0.5, 0.62), changed("load()", 0.2, 0.18)};
  if (!name.empty()) name_everything(all, name);
  return all;
}

std::vector<TriedDemo> some_demos(const std::string& name) {
  std::vector<TriedDemo> all(4);
  all[0].report = a_demo_report();
  all[0].row = demo_row(*all[0].report, 31);
  Report wrong = a_demo_report();
  wrong.demo->name = "triad";
  wrong.demo->right = false;
  wrong.demo->wrong = "it is compute, expected memory_bandwidth";
  wrong.demo->interrupted = true;
  wrong.verifications = {wrong.verifications[2]};  // a bound: no prediction
  all[1].row = demo_row(wrong, 12);
  all[1].report = std::move(wrong);
  all[2].row.name = "readbatch";
  all[2].row.said = "could not run: no room (the disk is full)";
  all[3].row.name = "gpu-add";
  all[3].left_out = "no GPU answers";
  if (!name.empty())
    for (std::size_t i = 0; i < all.size(); ++i)
      name_everything(all[i], std::to_string(i) + name);  // no two are called the same
  return all;
}

}  // namespace bottleneck
