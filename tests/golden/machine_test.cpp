// `bottleneck machine` as exact text.
#include "reports/machine.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "tests/golden/golden_file.h"
#include "tests/golden/sample_reports.h"

namespace bottleneck {
namespace {

Measurement figure(const char* name, double value, Unit unit, double spread = 0.02) {
  return {name, Quantity{value, value * (1 - spread), value * (1 + spread), unit}, "how", 1};
}

MachineReport a_machine() {
  MachineReport report;
  report.machine = a_matmul_report().profile.machine;
  report.topology.cpus = 2;
  report.topology.cores = 1;
  report.full = true;
  report.took_s = 41;
  report.kept = "kept in /home/me/.cache/bottleneck/ceilings.json";
  report.ceilings = {figure("compute.flops_f64_scalar_1", 6.2e9, Unit::flop_per_second),
                     figure("compute.flops_f64_avx2_1", 46e9, Unit::flop_per_second),
                     figure("compute.flops_f64_avx2_all", 92e9, Unit::flop_per_second),
                     figure("compute.clock", 2.9e9, Unit::hertz, 0),
                     figure("memory.read_1", 8.3e9, Unit::bytes_per_second),
                     figure("memory.read_2", 13.1e9, Unit::bytes_per_second),
                     figure("memory.read_l1_1", 200e9, Unit::bytes_per_second),
                     {"memory.triad_1", Quantity{6.8e9, 5.4e9, 8.2e9, Unit::bytes_per_second},
                      "3 arrays (only 1.3 times the last-level cache)", 1},
                     figure("latency.l1", 1.9e-9, Unit::seconds),
                     figure("latency.dram", 120e-9, Unit::seconds),
                     figure("kappa.memory.read_2", 1.6, Unit::ratio),
                     figure("fault.small", 2.6e-6, Unit::seconds),
                     figure("storage.random_read_iops_qd1", 31'600, Unit::count),
                     figure("storage.random_read_iops_qd16", 105'000, Unit::count),
                     figure("storage.sequential_read_qd1", 1.1e9, Unit::bytes_per_second, 0.4),
                     {"storage.fsync", Unavailable{"EROFS", "--directory DIR"}, "ceilings", 1},
                     {"gpu.copy", Unavailable{"no \x1b[2J device", ""}, "ceilings", 1},
                     figure("machine.disturbed", 0.12, Unit::ratio, 0)};
  return report;
}

TEST(GoldenMachine, first_part_is_within_24_lines) {
  const std::string text = render_machine(a_machine(), {});
  expect_golden("machine.txt", text);
  EXPECT_LE(std::count(text.begin(), text.end(), '\n'), 24);
}

TEST(GoldenMachine, first_lines_say_where_threads_share_cores_and_a_quota) {
  const auto head_of = [](const MachineReport& report) {
    const std::string text = render_machine(report, {});
    return text.substr(0, text.find("At most"));
  };
  MachineReport report = a_machine();
  EXPECT_NE(head_of(report).find("2 CPUs: 1 core × 2 threads"), std::string::npos);
  EXPECT_EQ(head_of(report).find("quota"), std::string::npos);
  report.topology = {8, 5, 2, 2, 0, 0, 0};
  report.machine.cpus_allowed = 8;
  EXPECT_NE(head_of(report).find("8 CPUs: 5 cores with 8 threads, 2 packages, 2 NUMA nodes"),
            std::string::npos);
  report.machine.cpu_quota = 0.05;
  EXPECT_NE(head_of(report).find("1 CPU by quota, on 5 cores"), std::string::npos);
  EXPECT_NE(head_of(report).find("quota of 0.05 CPUs: rates are those of the cores"),
            std::string::npos);
}

TEST(GoldenMachine, everything_with_verbose) {
  TerminalStyle style;
  style.verbose = true;
  style.width = 80;
  expect_golden("machine_verbose.txt", render_machine(a_machine(), style));
}

TEST(GoldenMachine, without_any_figure_is_the_textbook) {
  expect_golden("machine_nothing.txt", render_machine({}, {}));
}

}  // namespace
}  // namespace bottleneck
