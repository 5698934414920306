// What advice is predicted to give: draws, and the models by kind of remedy.
#include "src/analysis/predict.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "src/analysis/analyze.h"
#include "src/analysis/monte_carlo.h"
#include "tests/unit/analysis/builders.h"
#include "tests/unit/analysis/loop_builder.h"

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

TEST(DrawSpeedup, is_no_surer_of_a_part_for_being_told_in_pieces) {
  const auto width = [](const Quantity& q) { return std::log(q.high / q.low); };
  const double whole = width(draw_speedup({{0.8, 0, 4, 0.3}}));
  EXPECT_NEAR(width(draw_speedup({{0.4, 0, 4, 0.3}, {0.4, 0, 4, 0.3}})), whole, 0.02);
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

TEST(Predict, what_threads_share_already_is_not_spread_again) {
  const auto spread = [](double ends_alone_s) {
    ProfileBuilder b(10, 2);
    b.thread(0, "other", 0, 10);
    const int shared = b.place(user_code("shared"));
    b.work(0, shared, 0, 10 - ends_alone_s, {2, 0, 0, 0});
    b.work(1, shared, 0, 10 - ends_alone_s, {2, 0, 0, 0});
    b.work(0, shared, 10 - ends_alone_s, 10);
    return advised(analyze(b.profile), Remedy::spread_work) != nullptr;
  };
  EXPECT_FALSE(spread(2)) << "one thread ends later than the other";
  EXPECT_TRUE(spread(8)) << "one thread does nearly all";
}

TEST(Predict, first_touches_may_go_with_the_code_that_is_spread) {
  const auto spread = [](Activity activity) {
    ProfileBuilder b(10, 2);
    b.work(0, b.place(user_code()), 0, 5).work(0, b.place(in_kernel(activity)), 5, 10);
    b.profile.ceilings = {ceiling("kappa.compute_2", 2)};
    return advised(analyze(b.profile), Remedy::spread_work)->prediction.speedup;
  };
  const Quantity touches = spread(Activity::page_fault), calls = spread(Activity::interrupt);
  EXPECT_NEAR(calls.value, 1 / 0.75, 0.05) << "the kernel's own time stays";
  EXPECT_GT(touches.value, calls.value * 1.1);
  EXPECT_GT(touches.high, 1.8) << "all of them go";
  EXPECT_LT(touches.low, 1.45) << "none does";
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

/// Two threads: one works at `place`, the other queues for the lock half of the time.
Quantity speedup_without_the_lock(Location place) {
  ProfileBuilder b(10, 2);
  b.thread(0, "other", 0, 10);
  const int mutex = b.wait(WaitKind::lock_mutex);
  b.work(0, b.place(user_code()), 0, 2, {2, 0, 0, 0});
  b.work(1, b.place(std::move(place)), 0, 2, {2, 0, 0, 0});
  b.work(0, 0, 2, 6, {1, 0, 1, 0});
  b.idle(1, mutex, 6, 10, {0, 0, 2, 0});
  const Report report = analyze(b.profile);
  const Recommendation* split = advised(report, Remedy::split_lock);
  return split ? split->prediction.speedup : Quantity{};
}

TEST(Predict, locks_own_what_locking_costs_where_nobody_waits) {
  Location locking = user_code("___pthread_mutex_lock");
  locking.module = "/usr/lib/libc.so.6";
  const Quantity own = speedup_without_the_lock(user_code("g"));
  const Quantity locks = speedup_without_the_lock(locking);
  ASSERT_GT(own.value, 1);
  EXPECT_NEAR(locks.low, own.low, 1e-9) << "queueing is the same";
  EXPECT_GT(locks.high, own.high * 1.1);
}

TEST(Predict, each_loop_of_a_function_takes_the_lanes_that_fit_it) {
  ProfileBuilder b(10, 1);
  b.profile.machine.l2_bytes = 1 << 20;
  b.profile.ceilings = {ceiling("compute.clock", 3e9), ceiling("compute.flops_f32_avx2_1", 1e11)};
  HotCode code;
  code.loop = true;
  code.function = "f";
  code.module = "/bin/prog";
  code.body = {scalar_float(xmm0, xmm1)};
  b.profile.hot_code = {code, code};
  b.work(0, b.place(user_code("f")), 0, 10);
  Evidence evidence;
  evidence.wall_s = 10;
  evidence.slices = {{0, {Bottleneck::compute, Detail::scalar}, 0, 0, -1, true, 10}};
  HotLoop straight, second;
  straight.share = second.share = 0.5;
  second.code = 1;
  straight.detail = second.detail = Detail::scalar;
  straight.evidence.mix.instructions = second.evidence.mix.instructions = 6;
  straight.evidence.mix.scalar_float_count = second.evidence.mix.scalar_float_count = 1;
  const auto lanes = [&] {
    for (const Advice* row : advice_for({Bottleneck::compute, Detail::scalar}))
      if (row->shrink == Shrink::lanes)
        return foresee(b.profile, evidence, {straight, second}, *row, Finding{});
    return std::optional<Foreseen>();
  };
  const double alike = lanes()->prediction.speedup.value;
  EXPECT_NEAR(alike, 4 * 0.6, 0.2);
  second.evidence.mix.calls = 1;
  EXPECT_NEAR(lanes()->prediction.speedup.value, 1 / (0.5 + 0.5 / 2.4), 0.1) << "one loop alone";
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
