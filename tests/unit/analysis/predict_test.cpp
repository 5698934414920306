// What advice is predicted to give: draws, and the models by kind of remedy.
#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "src/analysis/analyze.h"
#include "src/analysis/monte_carlo.h"
#include "tests/unit/analysis/builders.h"

namespace bottleneck::testing {
namespace {

const Recommendation* advised(const Report& report, Remedy remedy) {
  for (const Recommendation& one : report.recommendations)
    if (one.remedy == remedy) return &one;
  return nullptr;
}

Measurement ceiling(const char* name, double value, Unit unit = Unit::ratio) {
  return {name, Quantity{value, value, value, unit}, "test"};
}

TEST(DrawSpeedup, is_amdahls_law_where_nothing_is_uncertain) {
  const Quantity speedup = draw_speedup({{0.5, 0, 2, 0}});
  EXPECT_NEAR(speedup.value, 1 / 0.75, 0.01);
  EXPECT_NEAR(std::log(speedup.high / speedup.low), 2 * 1.645 * 0.03, 0.01) << "two runs differ";
}

TEST(DrawSpeedup, adds_parts_that_shrink_by_different_factors) {
  EXPECT_NEAR(draw_speedup({{0.5, 0, 2, 0}, {0.5, 0, 4, 0}}).value, 1 / 0.375, 0.02);
}

TEST(DrawSpeedup, fewer_samples_and_less_sure_factors_widen_the_interval) {
  const auto width = [](const Quantity& q) { return q.high / q.low; };
  EXPECT_GT(width(draw_speedup({{0.9, 100, 2, 0}})), width(draw_speedup({{0.9, 10000, 2, 0}})));
  EXPECT_GT(width(draw_speedup({{0.9, 0, 2, 0.35}})), width(draw_speedup({{0.9, 0, 2, 0.1}})));
}

TEST(DrawSpeedup, never_exceeds_what_a_part_can_give_at_most_nor_falls_below_one) {
  const Quantity speedup = draw_speedup({{1, 0, 2, 1, 2}});
  EXPECT_LE(speedup.high, 2 * 1.06);
  EXPECT_GE(speedup.low, 0.94);
}

TEST(DrawSpeedup, gives_the_same_for_the_same) {
  EXPECT_EQ(draw_speedup({{0.7, 300, 3, 0.3}}), draw_speedup({{0.7, 300, 3, 0.3}}));
}

TEST(Predict, threads_give_what_this_machine_measured_for_them) {
  ProfileBuilder b(10, 2);
  b.work(0, b.place(user_code()), 0, 10);
  b.profile.ceilings = {ceiling("kappa.compute_2", 1.5)};
  const Report report = analyze(b.profile);
  const Recommendation* spread = advised(report, Remedy::spread_work);
  ASSERT_TRUE(spread);
  EXPECT_NEAR(spread->prediction.speedup.value, 1.5, 0.05);
}

TEST(Predict, speaks_of_quiet_cpus_as_the_rerun_does) {
  ProfileBuilder b(10, 2);
  b.work(0, b.place(user_code()), 0, 5);
  b.work(0, 0, 5, 10, {1, 0, 0, 1});
  for (int window = 500; window < 1000; ++window)
    b.profile.timeline.system.push_back({window, b.profile.timeline.window_s, 0});
  b.profile.ceilings = {ceiling("kappa.compute_2", 2)};
  const Report report = analyze(b.profile);
  ASSERT_GT(report.shares.at(Bottleneck::run_queue), 0.1);
  const Recommendation* spread = advised(report, Remedy::spread_work);
  ASSERT_TRUE(spread);
  EXPECT_GT(spread->prediction.speedup.value, 1.8);
}

TEST(Predict, code_is_spread_once_whatever_limits_its_parts) {
  ProfileBuilder b(10, 2);
  b.work(0, b.place(user_code("f")), 0, 5).work(0, b.place(user_code("g")), 5, 10);
  const Report report = analyze(b.profile);
  EXPECT_EQ(
      std::count_if(report.recommendations.begin(), report.recommendations.end(),
                    [](const Recommendation& one) { return one.remedy == Remedy::spread_work; }),
      1);
}

TEST(Predict, waits_side_by_side_are_limited_by_their_number_not_by_cpus) {
  ProfileBuilder b(8, 2);
  const int timer = b.wait(WaitKind::timer);
  b.idle(0, timer, 0, 8);
  b.profile.timeline.blocked = {{0, timer, 8, 8.0}};
  const Report report = analyze(b.profile);
  const Recommendation* together = advised(report, Remedy::wait_together);
  ASSERT_TRUE(together);
  EXPECT_EQ(together->claim, Claim::conditional);
  EXPECT_GT(together->prediction.speedup.value, 6);
  EXPECT_LE(together->prediction.speedup.high, 8 * 1.06);
}

TEST(Predict, one_wait_cannot_be_made_shorter_by_company) {
  ProfileBuilder b(8, 2);
  const int timer = b.wait(WaitKind::timer);
  b.idle(0, timer, 0, 8);
  b.profile.timeline.blocked = {{0, timer, 1, 8.0}};
  const Report report = analyze(b.profile);
  const Recommendation* together = advised(report, Remedy::wait_together);
  ASSERT_TRUE(together);
  EXPECT_EQ(together->claim, Claim::bound);
}

TEST(Predict, one_sync_for_many_records_leaves_a_part_of_them) {
  ProfileBuilder b(10, 2);
  b.work(0, b.place(user_code()), 0, 2).idle(0, b.wait(WaitKind::file_sync), 2, 10);
  const Report report = analyze(b.profile);
  const Recommendation* less = advised(report, Remedy::sync_less);
  ASSERT_TRUE(less);
  EXPECT_LT(less->prediction.speedup.value, 5);
  EXPECT_GT(less->prediction.speedup.value, 4.4);
}

TEST(Predict, calls_become_fewer_with_what_waits_in_them) {
  ProfileBuilder b(10, 2);
  const int call = b.place(in_kernel(Activity::syscall, "fsync"));
  b.work(0, b.place(user_code()), 0, 1).work(0, call, 1, 2);
  b.idle(0, b.wait(WaitKind::file_sync), 2, 10);
  const Report report = analyze(b.profile);
  const Recommendation* less = advised(report, Remedy::sync_less);
  ASSERT_TRUE(less);
  EXPECT_NEAR(less->prediction.speedup.value, 1 / (0.1 + 0.9 / 64), 0.3);
}

TEST(Predict, reads_in_parallel_follow_the_storage_that_was_measured) {
  ProfileBuilder b(10, 2);
  b.work(0, b.place(user_code()), 0, 2).idle(0, b.wait(WaitKind::file_read), 2, 10);
  b.profile.ceilings = {ceiling("storage.sequential_read_qd1", 1e9, Unit::bytes_per_second),
                        ceiling("storage.sequential_read_qd16", 2e9, Unit::bytes_per_second)};
  const Report report = analyze(b.profile);
  const Recommendation* reads = advised(report, Remedy::read_in_parallel);
  ASSERT_TRUE(reads);
  EXPECT_EQ(reads->claim, Claim::conditional);
  EXPECT_NEAR(reads->prediction.speedup.value, 1 / (0.2 + 0.8 / 2), 0.15);
}

}  // namespace
}  // namespace bottleneck::testing
