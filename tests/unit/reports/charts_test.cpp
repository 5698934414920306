// The figures behind the charts: nothing is lost on the way, and nothing outgrows a page.
#include "reports/charts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/golden/sample_reports.h"

namespace bottleneck {
namespace {

using testing::HasSubstr;

double seconds_of(const TimelineRow& row) {
  double all = 0;
  for (const auto& [kind, seconds] : row.sums) all += seconds;
  return all;
}

std::vector<std::string> names_of(const FlameChart& chart) {
  std::vector<std::string> names;
  for (const FlameNode& node : chart.nodes) names.push_back(node.name);
  return names;
}

TEST(Charts, timeline_has_all_seconds_of_a_thread_by_what_it_did) {
  const TimelineChart chart = chart_timeline(a_matmul_report());
  ASSERT_FALSE(chart.rows.empty());
  EXPECT_EQ(chart.rows[0].name, "matmul 100");
  EXPECT_NEAR(seconds_of(chart.rows[0]), 1.4 + 0.145 + 1.6, 1e-3);
  const int most = chart.rows[0].sums.front().first;
  EXPECT_EQ(chart.kinds.at(static_cast<std::size_t>(most)).name, "memory_latency");
}

TEST(Charts, timeline_says_what_the_run_waited_for_when_nobody_worked) {
  const TimelineChart chart = chart_timeline(a_matmul_report());
  const TimelineRow& row = chart.rows.back();
  EXPECT_EQ(row.name, "nobody works");
  EXPECT_EQ(chart.kinds.at(static_cast<std::size_t>(row.sums.front().first)).name, "file_read");
  EXPECT_NEAR(seconds_of(row), 0.0601, 1e-4);
}

TEST(Charts, timeline_joins_windows_until_they_fit_and_loses_no_time) {
  Report report = a_matmul_report();
  Timeline& timeline = report.profile.timeline;
  timeline.windows = 4000;
  timeline.window_s = 0.01;
  timeline.code.clear();
  timeline.work.clear();
  const Thread first = report.profile.threads[0];
  report.profile.threads.assign(64, first);
  for (int window = 0; window < 4000; ++window)
    for (int thread = 0; thread < 64; ++thread)
      timeline.code.push_back({window, thread, (window + thread) % 3, 0.001 * (1 + window % 9), 1});
  double all = 0;
  for (const CodeCell& cell : timeline.code) all += cell.seconds;
  const TimelineChart chart = chart_timeline(report);
  std::size_t cells = 0;
  double shown = 0;
  for (const TimelineRow& row : chart.rows) {
    cells += row.cells.size();
    if (row.name != "nobody works") shown += seconds_of(row);
  }
  EXPECT_LE(cells, 16'000u);
  EXPECT_NEAR(shown, all, 1e-6 * all);
  EXPECT_GT(chart.column_s, timeline.window_s);
  EXPECT_EQ(chart.threads_left_out, 24u);
}

TEST(Charts, timeline_has_a_row_for_each_stream_and_marks_a_simulated_device) {
  Report report = a_matmul_report();
  GpuDevice device;
  device.simulated = true;
  report.profile.gpu.devices = {device};
  for (const int stream : {7, 9}) {
    GpuOperation one;
    one.stream = stream;
    one.start_s = 0.5;
    one.end_s = one.start_s + 0.25;
    one.busy_s = 0.25;
    report.profile.gpu.operations.push_back(one);
  }
  const TimelineChart chart = chart_timeline(report);
  const TimelineRow& row = chart.rows.back();
  EXPECT_EQ(row.name, "simulated GPU 0, stream 9");
  ASSERT_EQ(row.cells.size(), 1u);
  EXPECT_NEAR(row.cells[0].start * row.unit_s, 0.5, 1e-6);
  EXPECT_NEAR(row.cells[0].length * row.unit_s, 0.25, 1e-6);
}

TEST(Charts, frames_nest_thread_function_and_line_and_add_up) {
  const FlameChart chart = chart_on_cpu(a_matmul_report());
  EXPECT_THAT(names_of(chart),
              testing::ElementsAre("on a CPU", "thread matmul", "multiply()", "matmul.cpp:15",
                                   "matmul.cpp:14", "read call: read_input()", "matmul.cpp:30"));
  EXPECT_NEAR(chart.nodes[0].seconds, 3.145, 1e-3);
  EXPECT_NEAR(chart.nodes[2].seconds, 3.0, 1e-3);
}

TEST(Charts, blocked_frames_end_with_the_reason) {
  const FlameChart chart = chart_blocked(a_matmul_report().profile);
  EXPECT_THAT(names_of(chart), testing::Contains("file_read (read) /home/user/matrix.bin"));
}

TEST(Charts, frames_too_small_to_see_are_one_that_says_so) {
  Report report = a_matmul_report();
  const Location first = report.profile.locations[0];
  for (int i = 0; i < 20'000; ++i) {
    Location place = first;
    place.function = std::string(200, 'f') + std::to_string(i);
    report.profile.locations.push_back(place);
    report.profile.timeline.code.push_back({0, 0, 3 + i, 0.01, 1});
  }
  const FlameChart chart = chart_on_cpu(report);
  EXPECT_LE(chart.nodes.size(), 6000u);
  EXPECT_THAT(names_of(chart), testing::Contains(HasSubstr("(other, ")));
}

TEST(Charts, roofline_takes_the_ceilings_of_one_cpu_alone) {
  Report report = a_matmul_report();
  report.profile.ceilings = {
      {"compute.flops_f64_avx2_1", exactly(5e10, Unit::flop_per_second), "", 1},
      {"compute.flops_f64_avx2_all", exactly(1e11, Unit::flop_per_second), "", 1},
      {"memory.read_1", exactly(2e10, Unit::bytes_per_second), "", 1},
      {"memory.read_2", exactly(4e10, Unit::bytes_per_second), "", 1},
      {"memory.read_l2_1", Unavailable{"no room", ""}, "", 1}};
  const RooflineChart chart = chart_roofline(report);
  ASSERT_EQ(chart.roofs.size(), 2u);
  EXPECT_EQ(chart.roofs[0].name, "f64 avx2");
  EXPECT_EQ(chart.roofs[1].name, "read memory");
  ASSERT_EQ(chart.points.size(), 1u);
  EXPECT_DOUBLE_EQ(chart.points[0].flops_per_s, 0.63e9);
  EXPECT_EQ(chart.points[0].traffic, 0);
}

TEST(Charts, roofs_of_all_cpus_are_the_best_of_any_number_of_threads) {
  const RooflineChart chart = chart_roofs_of_all(
      {{"compute.flops_f64_avx2_1", exactly(5e10, Unit::flop_per_second), "", 1},
       {"compute.flops_f64_avx2_all", exactly(1e11, Unit::flop_per_second), "", 1},
       {"memory.read_1", exactly(2e10, Unit::bytes_per_second), "", 1},
       {"memory.read_2", exactly(4e10, Unit::bytes_per_second), "", 1},
       {"memory.read_4", exactly(3e10, Unit::bytes_per_second), "", 1}});
  ASSERT_EQ(chart.roofs.size(), 2u);
  EXPECT_EQ(chart.roofs[0].name, "f64 avx2");
  EXPECT_DOUBLE_EQ(chart.roofs[0].flops_per_s, 1e11);
  EXPECT_EQ(chart.roofs[1].name, "read memory with 2 threads");
}

TEST(JsonText, lets_nothing_of_a_name_end_its_element_or_its_string) {
  JsonText json;
  json.open("[").text("</script>\"\\\n\xff\xe2\x80\xae").number(1.5).whole(-2).close("]");
  EXPECT_EQ(json.bytes(), "[\"\\u003c/script\\u003e\\\"\\\\\\\\n\\\\xff\\\\u202e\",1.5,-2]");
}

}  // namespace
}  // namespace bottleneck
