// Report in, exact text out. A wanted change: scripts/regolden, and the diff is reviewed.
#include <gtest/gtest.h>

#include "reports/terminal.h"
#include "src/core/json.h"
#include "tests/golden/golden_file.h"
#include "tests/golden/sample_reports.h"

namespace bottleneck {
namespace {

TEST(Golden, first_screen_of_a_strided_loop) {
  TerminalStyle style;
  style.saved_file = "report.json";
  expect_golden("first_screen.txt", render_terminal(a_matmul_report(), style));
}

TEST(Golden, first_screen_on_a_narrow_terminal_without_utf8) {
  TerminalStyle style;
  style.width = 72;
  style.unicode = false;
  expect_golden("narrow_ascii.txt", render_terminal(a_matmul_report(), style));
}

TEST(Golden, first_screen_in_colour) {
  TerminalStyle style;
  style.color = true;
  expect_golden("color.txt", render_terminal(a_matmul_report(), style));
}

TEST(Golden, idle_server_of_three_runs) {
  expect_golden("idle.txt", render_terminal(an_idle_report(), {}));
}

TEST(Golden, run_that_died_at_its_memory_limit) {
  expect_golden("memory_limit.txt", render_terminal(a_limited_report(), {}));
}

TEST(Golden, mixed_verdict) {
  Report report = a_matmul_report();
  report.verdict.mixed = true;
  report.verdict.top = {Bottleneck::compute, Bottleneck::io_read};
  report.verdict.detail = Detail::none;
  report.verdict.sentence = "no class has half of the time: 48 % computes, 40 % reads";
  report.shares = {
      {Bottleneck::compute, 0.48}, {Bottleneck::io_read, 0.40}, {Bottleneck::unattributed, 0.12}};
  report.recommendations.clear();
  expect_golden("mixed.txt", render_terminal(report, {}));
}

TEST(Golden, hostile_names) {
  expect_golden("hostile.txt", render_terminal(a_hostile_report(), {}));
}

TEST(Golden, everything_with_verbose) {
  TerminalStyle style;
  style.verbose = true;
  expect_golden("verbose.txt", render_terminal(a_matmul_report(), style));
}

TEST(Golden, annotated_loop) {
  TerminalStyle style;
  style.annotate = true;
  style.sources = {{{"/home/user/matmul.cpp", 14}, "      sum += a[i * n + k] * b[k * n + j];"}};
  expect_golden("annotated.txt", render_terminal(a_matmul_report(), style));
}

TEST(Golden, doctor) {
  const Profile profile = a_matmul_report().profile;
  expect_golden("doctor.txt", render_doctor(profile.machine, profile.probes, {}));
}

TEST(Golden, saved_file) { expect_golden("report.json", report_to_json(a_matmul_report())); }

}  // namespace
}  // namespace bottleneck
