// Kernels that are all launch: by the gaps before them, by the pace of their calls, and with the
// locks that a CPU device's driver takes for them; and what is none of it.
#include "src/analysis/gpu_launches.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "src/analysis/analyze.h"
#include "tests/unit/analysis/gpu_builder.h"

namespace bottleneck {
namespace {

using testing::GpuBuilder;
using ::testing::HasSubstr;
using testing::user_code;
using enum Bottleneck;

constexpr double us = 1e-6;

/// `count` kernels of `length`, the calls `every` apart, each starting `lead` after its call.
GpuBuilder a_loop_of_launches(int count, double length, double every, double lead) {
  GpuBuilder b(0.5);
  for (int i = 0; i < count; ++i)
    b.add(GpuKind::kernel, i * every + lead, i * every + lead + length, i * every);
  return b;
}

long tiny_in(const Profile& profile) {
  const auto tiny = find_tiny_kernels(profile.gpu, activities_of(profile.gpu));
  return std::count(tiny.begin(), tiny.end(), true);
}

double share(const Report& report, Bottleneck kind) {
  const auto found = report.shares.find(kind);
  return found == report.shares.end() ? 0 : found->second;
}

TEST(GpuLaunches, a_kernel_that_is_over_before_the_next_call_comes_is_tiny) {
  EXPECT_EQ(tiny_in(a_loop_of_launches(1000, 2 * us, 3.6 * us, 4 * us).profile), 1000);
}

TEST(GpuLaunches, a_kernel_shorter_than_the_gap_before_it_is_tiny_however_many_are_under_way) {
  GpuBuilder b(0.5);
  for (int i = 0; i < 1000; ++i)
    b.add(GpuKind::kernel, i * 4 * us + 2e-3, i * 4 * us + 2e-3 + 0.6 * us, i * us);
  EXPECT_EQ(tiny_in(b.profile), 1000);
}

TEST(GpuLaunches, a_device_that_is_behind_its_calls_computes) {
  GpuBuilder b(0.5);  // as many as its queue holds: the calls come at the device's own pace
  for (int i = 0; i < 1000; ++i)
    b.add(GpuKind::kernel, i * 6 * us + 5e-3, i * 6 * us + 5e-3 + 5 * us, i * 6 * us);
  EXPECT_EQ(tiny_in(b.profile), 0);
}

TEST(GpuLaunches, what_takes_longer_than_any_launch_is_not_tiny) {
  EXPECT_EQ(tiny_in(a_loop_of_launches(1000, 11 * us, 100 * us, 50 * us).profile), 0);
  EXPECT_EQ(tiny_in(a_loop_of_launches(20, 2 * us, 3.6 * us, 4 * us).profile), 0) << "no loop";
}

TEST(GpuLaunches, nodes_of_a_graph_were_launched_by_one_call) {
  GpuBuilder b = a_loop_of_launches(1000, 2 * us, 3.6 * us, 4 * us);
  for (GpuOperation& one : b.profile.gpu.operations) one.from_graph = true;
  EXPECT_EQ(tiny_in(b.profile), 0);
}

TEST(GpuLaunches, one_long_kernel_among_tiny_ones_of_its_name_is_one_of_them) {
  GpuBuilder b = a_loop_of_launches(1000, 0.6 * us, 4 * us, 10 * us);
  b.profile.gpu.operations[500].end_s += 50 * us;  // its CPU was taken away
  EXPECT_EQ(tiny_in(b.profile), 1000);
  b.profile.gpu.names.push_back("another");
  for (int i = 0; i < 100; ++i)
    b.add(GpuKind::kernel, 0.01 + i * 1e-3, 0.01 + i * 1e-3 + 900 * us, 0.01 + i * 1e-3).name = 1;
  EXPECT_EQ(tiny_in(b.profile), 1000) << "another kernel is judged by itself";
}

TEST(GpuLaunches, folded_rows_are_judged_as_what_they_were_folded_from) {
  GpuBuilder b(0.5);
  for (int i = 0; i < 50; ++i) {
    const double at = i * 100 * 3.6 * us;
    GpuOperation& row = b.add(GpuKind::kernel, at + 4 * us, at + 360 * us, at);
    row.count = 100;
    row.busy_s = 100 * 2 * us;
  }
  EXPECT_EQ(tiny_in(b.profile), 50);
}

TEST(GpuLaunches, rows_that_stand_for_very_many_are_no_busier_than_they_were) {
  GpuBuilder b(10);
  for (int i = 0; i < 2000; ++i) {
    GpuOperation& row = b.add(GpuKind::kernel, i * 5e-3, i * 5e-3 + 4e-3, i * 5e-3);
    row.count = 100;
    row.busy_s = 1e-3;
  }
  const auto devices = activities_of(b.profile.gpu);
  EXPECT_NEAR(length_of(devices[0].kernel), 2, 1e-6);
  double stood_for = 0;
  for (const GpuPiece& piece : devices[0].pieces) stood_for += piece.count;
  EXPECT_NEAR(stood_for, 200'000, 1e-3);
}

TEST(GpuLaunches, tiny_kernels_are_time_of_launching) {
  GpuBuilder b = a_loop_of_launches(100'000, 2 * us, 3.6 * us, 4 * us);
  b.profile.runs[0].wall_s = 0.36;
  const Report report = analyze(b.profile);
  EXPECT_EQ(report.verdict.kind, gpu_launch);
  EXPECT_EQ(report.verdict.detail, Detail::tiny);
  EXPECT_NEAR(share(report, gpu_compute), 0, 1e-9);
}

TEST(GpuLaunches, batching_is_predicted_from_one_graph_to_one_kernel) {
  GpuBuilder b = a_loop_of_launches(100'000, 2 * us, 4 * us, 4 * us);
  b.profile.runs[0].wall_s = 0.5;
  const Report report = analyze(b.profile);
  const auto batched =
      std::find_if(report.recommendations.begin(), report.recommendations.end(),
                   [](const auto& one) { return one.remedy == Remedy::batch_launches; });
  ASSERT_NE(batched, report.recommendations.end());
  const Quantity& gain = batched->prediction.speedup;
  const double graph = 0.5 / (0.1 + 0.26), fused = 0.5 / 0.1;
  EXPECT_LE(gain.low, graph);
  EXPECT_GE(gain.high, fused);
  EXPECT_NEAR(gain.value, std::sqrt(graph * fused), 0.05);
  EXPECT_THAT(batched->prediction.model, HasSubstr("as one graph"));
  EXPECT_THAT(batched->prediction.model, HasSubstr("fused"));
}

TEST(GpuLaunches, longer_kernels_lose_their_gaps_alone) {
  GpuBuilder b = a_loop_of_launches(1000, 100 * us, 200 * us, 90 * us);
  b.profile.runs[0].wall_s = 0.2;
  const Report report = analyze(b.profile);
  for (const Recommendation& one : report.recommendations)
    if (one.remedy == Remedy::batch_launches) {
      EXPECT_NEAR(one.prediction.speedup.value, 2, 0.05);
      EXPECT_THAT(one.prediction.model, Not(HasSubstr("fused")));
    }
}

/// From 0.5 s on a thread issues tiny commands, and takes turns at a lock with who runs them.
GpuBuilder a_driver_that_locks() {
  GpuBuilder b(1);
  b.device().is_cpu = b.device().host_memory = true;
  const int worker = b.thread(0, "pool", 0, 1);
  const int wait = b.wait(WaitKind::lock_mutex);
  for (int i = 0; i < 1000; ++i) {
    const double at = 0.5 + i * 500 * us;
    b.add(GpuKind::kernel, at + 499 * us, at + 500 * us, at);
  }
  b.work(0, b.place(user_code()), 0, 0.5);
  b.work(worker, b.place(user_code()), 0.5, 0.8, {1, 0, 1, 0});
  b.idle(0, wait, 0.8, 1, {0, 0, 1, 0});
  b.profile.timeline.blocked = {{worker, wait, 900, 0.45}, {0, wait, 100, 0.05}};
  return b;
}

TEST(GpuLaunches, locks_between_who_issues_and_who_runs_commands_on_a_cpu_are_launching) {
  const Report report = analyze(a_driver_that_locks().profile);
  EXPECT_NEAR(share(report, lock), 0, 1e-9);
  EXPECT_NEAR(share(report, compute), 0.5, 0.02);
  EXPECT_NEAR(share(report, gpu_launch), 0.5, 0.02);
}

TEST(GpuLaunches, locks_of_the_programs_own_threads_are_locks) {
  GpuBuilder b = a_driver_that_locks();
  const int own = b.thread(0, "own", 0, 1);
  b.work(own, b.place(user_code()), 0, 1, {1, 0, 1, 0});
  b.profile.timeline.blocked.push_back({own, 0, 900, 0.45});
  EXPECT_GT(share(analyze(b.profile), lock), 0.1);
  GpuBuilder real = a_driver_that_locks();
  real.device().is_cpu = false;  // its commands run elsewhere: the thread is the program's
  EXPECT_GT(share(analyze(real.profile), lock), 0.1);
  GpuBuilder longer = a_driver_that_locks();
  for (GpuOperation& one : longer.profile.gpu.operations) one.start_s -= 15 * us;
  EXPECT_GT(share(analyze(longer.profile), lock), 0.05) << "kernels that take their time";
}

}  // namespace
}  // namespace bottleneck
