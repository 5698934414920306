// Verdict, phases, parallelism, advice, confidence.
#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "src/analysis/advice.h"
#include "src/analysis/analyze.h"
#include "src/analysis/recommend.h"
#include "tests/unit/analysis/builders.h"

namespace bottleneck {
namespace {

using testing::in_kernel;
using testing::ProfileBuilder;
using testing::user_code;

using ::testing::HasSubstr;
using enum Bottleneck;

bool has_family(const Report& report, Family family) {
  for (const Recommendation& one : report.recommendations)
    if (one.family == family) return true;
  return false;
}

TEST(Verdict, is_mixed_where_no_class_has_more_than_half) {
  ProfileBuilder b(10, 2);
  const int code = b.place(user_code());
  const int wait = b.wait(WaitKind::file_read);
  const int timer = b.wait(WaitKind::timer);
  for (int i = 0; i < 100; ++i) {
    const double at = i * 0.1;
    b.work(0, code, at, at + 0.04)
        .idle(0, wait, at + 0.04, at + 0.07)
        .idle(0, timer, at + 0.07, at + 0.1);
  }
  const Verdict verdict = analyze(b.profile).verdict;
  EXPECT_TRUE(verdict.mixed);
  EXPECT_EQ(verdict.kind, compute);
  EXPECT_EQ(verdict.top.size(), 3U);
  EXPECT_EQ(verdict.top.front(), compute);
}

TEST(Verdict, a_long_start_up_does_not_hide_the_loop_behind_it) {
  ProfileBuilder b(10, 2);
  const int timer = b.wait(WaitKind::timer);
  b.work(0, b.place(in_kernel(Activity::page_fault)), 0, 4);
  const int loop = b.place(user_code("loop"));
  for (double at = 4; at < 9.95; at += 0.1)
    b.work(0, loop, at, at + 0.08).idle(0, timer, at + 0.08, at + 0.1);
  const Report report = analyze(b.profile);
  EXPECT_LT(report.shares.at(compute), 0.5);
  EXPECT_EQ(report.verdict.kind, compute);
  EXPECT_TRUE(report.verdict.by_phase);
  EXPECT_GT(report.shares.at(memory_capacity), 0.39) << "the faults are shown";
  ASSERT_EQ(report.phases.size(), 2U);
  EXPECT_NEAR(report.phases[1].start_s, 4, 0.02);
}

TEST(Verdict, alternating_work_is_one_phase) {
  ProfileBuilder b(10, 2);
  const int one = b.place(user_code("one"));
  const int two = b.place(user_code("two"));
  for (int i = 0; i < 500; ++i) b.work(0, i % 2 ? one : two, i * 0.02, i * 0.02 + 0.02);
  const Report report = analyze(b.profile);
  EXPECT_LE(report.phases.size(), 2U);
}

TEST(Verdict, waiting_for_work_is_idle_and_gets_no_advice) {
  ProfileBuilder b(10, 2);
  b.work(0, b.place(user_code()), 0, 2);
  b.idle(0, b.wait(WaitKind::for_work), 2, 10);
  const Report report = analyze(b.profile);
  EXPECT_TRUE(report.verdict.idle);
  EXPECT_EQ(report.verdict.parallelism, Parallelism::idle);
  EXPECT_TRUE(report.recommendations.empty());
  EXPECT_NEAR(report.busy_shares.at(compute), 1, 1e-9);
}

TEST(Verdict, says_where_in_the_users_own_code) {
  ProfileBuilder b(10, 2);
  Location library = user_code("memcpy");
  library.module = "/lib/libc.so";
  library.caller = "load";
  b.work(0, b.place(library), 0, 7).work(0, b.place(user_code("other")), 7, 10);
  const Where where = analyze(b.profile).verdict.where;
  EXPECT_EQ(where.function, "load");
  EXPECT_EQ(where.process, "prog");
  EXPECT_EQ(where.line, 0) << "the library's line is not the caller's";
  EXPECT_NEAR(where.share, 0.7, 1e-9);
}

TEST(Verdict, wait_classes_are_absent_where_nothing_sees_waits) {
  ProfileBuilder b(10, 2);
  b.work(0, b.place(user_code()), 0, 10);
  b.profile.probes = {{"perf.sampler", ProbeStatus::unavailable, "not here", "", ""}};
  const Report report = analyze(b.profile);
  EXPECT_EQ(report.shares.count(lock), 0U);
  for (const RuledOut& one : report.verdict.ruled_out) EXPECT_NE(one.kind, lock);
}

TEST(Verdict, wait_classes_are_there_where_proc_stands_in_for_perf) {
  ProfileBuilder b(10, 2);
  b.work(0, b.place(user_code()), 0, 10);
  b.profile.probes = {{"perf.sampler", ProbeStatus::unavailable, "refused", "", ""},
                      {"proc.sampler", ProbeStatus::degraded, "", "", ""}};
  const Report report = analyze(b.profile);
  for (const Bottleneck kind : {lock, network, Bottleneck::sleep})
    EXPECT_EQ(report.shares.count(kind), 1U) << to_string(kind);
}

TEST(Verdict, rules_out_with_figures) {
  ProfileBuilder b(10, 2);
  b.work(0, b.place(user_code()), 0, 10);
  const Report report = analyze(b.profile);
  bool said = false;
  for (const RuledOut& one : report.verdict.ruled_out)
    said = said || (one.kind == lock && one.why == "no waits");
  EXPECT_TRUE(said);
}

TEST(Confidence, is_weak_for_user_code_that_was_not_split) {
  ProfileBuilder b(10, 2);
  b.work(0, b.place(user_code()), 0, 10);
  const Verdict verdict = analyze(b.profile).verdict;
  EXPECT_EQ(verdict.confidence, Confidence::weak);
  EXPECT_THAT(verdict.sentence, HasSubstr("comput"));
}

TEST(Confidence, falls_with_the_tier_the_losses_and_the_switches) {
  ProfileBuilder b(10, 2);
  b.idle(0, b.wait(WaitKind::file_read), 0, 10);
  EXPECT_EQ(analyze(b.profile).verdict.confidence, Confidence::strong);
  Profile polled = b.profile;
  polled.tier = Tier::B2;
  EXPECT_EQ(analyze(polled).verdict.confidence, Confidence::fair);
  polled.threads[0].switches = 200000;
  EXPECT_EQ(analyze(polled).verdict.confidence, Confidence::weak);
  Profile lossy = b.profile;
  lossy.overhead.samples = 100;
  lossy.overhead.lost_records = 50;
  EXPECT_EQ(analyze(lossy).verdict.confidence, Confidence::weak);
}

TEST(Parallel, is_serial_where_one_thread_works_and_may_gain_n) {
  ProfileBuilder b(10, 4);
  b.work(0, b.place(user_code()), 0, 10);
  const Report report = analyze(b.profile);
  EXPECT_EQ(report.parallelism.word, Parallelism::serial);
  EXPECT_NEAR(report.parallelism.serial_share, 1, 1e-9);
  ASSERT_FALSE(report.recommendations.empty());
  EXPECT_EQ(report.recommendations[0].family, Family::parallelize);
  const Recommendation& first = report.recommendations[0];
  EXPECT_LE(first.prediction.speedup.high, 4 * 1.06) << "never more than CPUs";
  EXPECT_NEAR(first.prediction.speedup.value, 4, 0.5);
  EXPECT_LT(first.prediction.speedup.low, first.prediction.speedup.value);
  EXPECT_EQ(first.claim, Claim::conditional) << "whether iterations are independent is not known";
}

TEST(Parallel, estimates_the_serial_share) {
  ProfileBuilder b(10, 2);
  const int code = b.place(user_code());
  const int worker = b.thread(0, "w", 0, 10);
  b.work(0, code, 0, 3).work(0, code, 3, 10, {2, 0, 0, 0}).work(worker, code, 3, 10, {2, 0, 0, 0});
  const Report report = analyze(b.profile);
  EXPECT_NEAR(report.parallelism.serial_share, 0.3, 1e-9);
  EXPECT_NEAR(report.parallelism.average, 1.7, 1e-9);
  EXPECT_EQ(report.parallelism.word, Parallelism::parallel);
}

TEST(Parallel, says_there_is_nothing_to_gain_where_all_cpus_compute) {
  ProfileBuilder b(10, 2);
  const int code = b.place(user_code());
  b.work(0, code, 0, 10, {2, 0, 0, 0}).work(b.thread(0, "w", 0, 10), code, 0, 10, {2, 0, 0, 0});
  const Report report = analyze(b.profile);
  EXPECT_TRUE(report.recommendations.empty());
  EXPECT_THAT(report.verdict.sentence, HasSubstr("nothing to gain"));
}

TEST(Parallel, counts_spinners_as_runnable_but_not_as_useful) {
  ProfileBuilder b(10, 2);
  b.work(0, b.place(user_code()), 0, 10, {1, 1, 0, 1});
  EXPECT_EQ(analyze(b.profile).parallelism.word, Parallelism::oversubscribed);
  b.profile.timeline = Timeline{};
  b.profile.timeline.windows = 1000;
  b.work(0, 0, 0, 10, {1, 1, 0, 0});
  EXPECT_EQ(analyze(b.profile).parallelism.word, Parallelism::serial);
}

/// Two workers of one start function; the second one works only until `until_s`.
Profile team(double until_s, const char* other_start = "worker") {
  ProfileBuilder b(10, 2);
  const int code = b.place(user_code());
  const int first = b.thread(0, "worker", 0, 10);
  const int second = b.thread(0, other_start, 0.01, until_s);
  const Instant both{2, 0, 0, 0};
  if (until_s > 0.02) b.work(first, code, 0, until_s, both).work(second, code, 0, until_s, both);
  b.work(first, code, until_s > 0.02 ? until_s : 0, 10);
  return b.profile;
}

TEST(Parallel, is_imbalanced_where_equal_threads_get_unequal_work) {
  const Report report = analyze(team(3));
  EXPECT_EQ(report.parallelism.word, Parallelism::imbalanced);
  EXPECT_TRUE(has_family(report, Family::parallelize));
}

TEST(Parallel, a_member_that_got_no_work_is_the_worst_imbalance) {
  EXPECT_EQ(analyze(team(0.02)).parallelism.word, Parallelism::imbalanced);
}

TEST(Parallel, threads_with_different_tasks_are_no_team) {
  EXPECT_EQ(analyze(team(3, "logger")).parallelism.word, Parallelism::serial);
}

TEST(Parallel, a_queue_of_processes_is_no_team) {
  ProfileBuilder b(10, 2);
  const int code = b.place(user_code());
  for (int i = 0; i < 20; ++i) {
    const int child = b.process("cc", 0, i * 0.5, i * 0.5 + 0.1 + 0.02 * i);
    b.work(child, code, i * 0.5, i * 0.5 + 0.1 + 0.02 * i);
  }
  EXPECT_EQ(analyze(b.profile).parallelism.word, Parallelism::serial);
}

TEST(Advice, has_a_row_for_every_class_and_detail_that_the_rules_can_give) {
  for (const Rule& rule : rules())
    if (rule.kind.kind != unattributed) {
      EXPECT_FALSE(advice_for(rule.kind).empty()) << rule.because;
    }
}

double middle_of(const Recommendation& one) {
  return std::sqrt(one.prediction.speedup.low * one.prediction.speedup.high);
}

TEST(Advice, is_ranked_by_the_middle_of_its_interval) {
  EXPECT_DOUBLE_EQ(amdahl(0.5, 2), 1 / 0.75);
  EXPECT_DOUBLE_EQ(amdahl(0, 100), 1);
  ProfileBuilder b(10, 2);
  b.work(0, b.place(user_code()), 0, 2).idle(0, b.wait(WaitKind::file_read), 2, 10);
  const Report report = analyze(b.profile);
  ASSERT_GE(report.recommendations.size(), 2U);
  EXPECT_EQ(report.recommendations[0].claim, Claim::bound);
  EXPECT_NEAR(report.recommendations[0].prediction.speedup.high, 5, 1e-6);
  for (std::size_t i = 0; i < report.recommendations.size(); ++i) {
    const Recommendation& one = report.recommendations[i];
    EXPECT_GE(one.prediction.speedup.value, least_gain);
    EXPECT_LE(one.prediction.speedup.low, one.prediction.speedup.value);
    EXPECT_GE(one.prediction.speedup.high, one.prediction.speedup.value);
    EXPECT_FALSE(one.how.empty());
    if (i > 0) {
      EXPECT_GE(middle_of(report.recommendations[i - 1]), middle_of(one));
    }
  }
}

TEST(Advice, a_locks_bound_is_work_and_queue_over_work) {
  ProfileBuilder b(10, 4);
  b.work(0, b.place(user_code()), 0, 10, {1, 0, 3, 0});
  const Report report = analyze(b.profile);
  ASSERT_FALSE(report.recommendations.empty());
  EXPECT_EQ(report.recommendations[0].family, Family::lock);
  EXPECT_NEAR(report.recommendations[0].prediction.speedup.high, 4, 1e-6);
}

}  // namespace
}  // namespace bottleneck
