// Writes the pages that the tests open in a browser, each with the script of the charts.
// Usage: sample_pages FOLDER
#include <fstream>
#include <iostream>

#include <fmt/format.h>

#include "reports/web/charts.h"
#include "tests/golden/sample_others.h"
#include "tests/golden/sample_reports.h"

namespace bottleneck {
namespace {

// What a page of the issue has to stand: 20 000 slices, 6 000 frames.
constexpr int many_threads = 32;
constexpr int many_windows = 490;  // with so many none are joined
constexpr int places_of_a_thread = 93;
constexpr int many_operations = 8192;

void add_threads(Profile& profile) {
  const Thread first = profile.threads[0];
  for (int i = 1; i < many_threads; ++i) {
    Thread thread = first;
    thread.tid = 100 + i;
    thread.name = fmt::format("worker {}", i);
    profile.threads.push_back(thread);
  }
}

/// Each cell differs from its neighbour, so that none can be joined.
void add_cells(Profile& profile) {
  Timeline& timeline = profile.timeline;
  timeline = {};
  timeline.window_s = profile.this_run().wall_s / many_windows;
  timeline.windows = many_windows;
  const int first = static_cast<int>(profile.locations.size()) - many_threads * places_of_a_thread;
  for (int window = 0; window < many_windows; ++window)
    for (int thread = 0; thread < many_threads; ++thread) {
      // As much for each place, so that none is too small to stand by itself.
      const double share =
          0.5 + 0.1 * ((window * 7 + window / places_of_a_thread + thread * 3) % 5);
      const int place = first + thread * places_of_a_thread + window % places_of_a_thread;
      timeline.code.push_back({window, thread, place, share * timeline.window_s, 3});
    }
  for (int thread = 0; thread < many_threads; ++thread)
    timeline.blocked.push_back({thread, thread % 2, 1, timeline.window_s});
}

void add_places(Profile& profile) {
  const Location first = profile.locations[0];
  for (int i = 0; i < many_threads * places_of_a_thread; ++i) {
    Location place = first;
    place.function = fmt::format("solve_{}()", i);
    place.line = i;
    place.activity = i % 5 == 0 ? Activity::syscall : Activity::user;
    profile.locations.push_back(place);
  }
}

void add_operations(Profile& profile) {
  GpuDevice device;
  device.name = "sample device";
  device.simulated = true;
  profile.gpu.devices = {device};
  profile.gpu.names = {"axpy(float*)", "reduce<256>(float const*, float*)"};
  for (int i = 0; i < many_operations; ++i) {
    GpuOperation one;
    one.kind = i % 3 == 0 ? GpuKind::h2d : GpuKind::kernel;
    one.stream = i % 4;
    one.thread = 0;
    one.start_s = 0.0003 * i;
    one.end_s = one.start_s + 0.0002;
    one.busy_s = 0.0002;
    one.name = i % 2;
    profile.gpu.operations.push_back(one);
  }
}

Report a_large_report() {
  Report report = a_demo_report();
  add_threads(report.profile);
  add_places(report.profile);
  add_cells(report.profile);
  add_operations(report.profile);
  return report;
}

Report a_roofline_report() {
  Report report = a_demo_report();
  report.profile.ceilings = {
      {"compute.flops_f64_avx2_1", exactly(51e9, Unit::flop_per_second), "ceilings", 1},
      {"compute.flops_f64_scalar_1", exactly(12e9, Unit::flop_per_second), "ceilings", 1},
      {"memory.read_1", exactly(19e9, Unit::bytes_per_second), "ceilings", 1},
      {"memory.read_l2_1", exactly(86e9, Unit::bytes_per_second), "ceilings", 1}};
  report.hot_loops[0].evidence.traffic = 5e9;
  report.hot_loops[0].memory_ceiling = 19e9;
  report.hot_loops[0].ceiling_measured = true;
  return report;
}

Report a_hostile_report_of_a_gpu() {
  Report report = a_report_of_hostile_names();
  add_operations(report.profile);
  report.profile.gpu.names = {hostile_name, hostile_name + std::string(100'000, 'x')};
  return report;
}

/// What is not measured yet: its advice, with what that would give.
Report a_run_report() {
  Report report = a_roofline_report();
  report.demo.reset();
  report.verifications.clear();
  return report;
}

int write_all(const std::string& folder) {
  const PageScript script = charts_script();
  const auto page = [&](const Report& report) { return render_html(report, {script, {}}); };
  const std::pair<const char*, std::string> all[] = {
      {"demo", page(a_roofline_report())},
      {"run", page(a_run_report())},
      {"idle", page(an_idle_report())},
      {"empty", page({})},
      {"hostile", page(a_hostile_report_of_a_gpu())},
      {"large", page(a_large_report())},
      {"machine", render_html(a_machine(""), script)},
      {"machine_hostile", render_html(a_machine(hostile_name), script)},
      {"machine_empty", render_html(MachineReport{}, script)},
      {"comparison", render_html(a_comparison(""), script)},
      {"comparison_hostile", render_html(a_comparison(hostile_name), script)},
      {"comparison_empty", render_html(Comparison{}, script)},
      {"demos", render_html(some_demos(""), script)},
      {"demos_hostile", render_html(some_demos(hostile_name), script)}};
  for (const auto& [name, text] : all) {
    std::ofstream file(fmt::format("{}/{}.html", folder, name));
    file << text;
    if (!file.flush()) return 1;
  }
  std::cout << (charts_script().text.empty() ? "without charts\n" : "with charts\n");
  return 0;
}

}  // namespace
}  // namespace bottleneck

int main(int count, char** words) { return count == 2 ? bottleneck::write_all(words[1]) : 2; }
