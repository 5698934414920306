// Rules 1 to 4 of DESIGN section 4: who owns an instant.
#include <gtest/gtest.h>

#include "src/analysis/analyze.h"
#include "tests/unit/analysis/builders.h"

namespace bottleneck {
namespace {

using testing::in_kernel;
using testing::ProfileBuilder;
using testing::user_code;
using enum Bottleneck;

double share(const Report& report, Bottleneck kind) {
  const auto found = report.shares.find(kind);
  return found == report.shares.end() ? -1 : found->second;
}

TEST(Accounting, an_empty_profile_is_all_unattributed) {
  const Report report = analyze(Profile{});
  EXPECT_DOUBLE_EQ(share(report, unattributed), 1);
  EXPECT_EQ(report.verdict.kind, unattributed);
  EXPECT_EQ(report.verdict.confidence, Confidence::weak);
  EXPECT_FALSE(report.verdict.top.empty());
  EXPECT_TRUE(report.recommendations.empty());
}

TEST(Accounting, a_run_without_cells_is_all_unattributed) {
  const Report report = analyze(ProfileBuilder(3).profile);
  EXPECT_DOUBLE_EQ(share(report, unattributed), 1);
  EXPECT_EQ(report.shares.count(compute), 1U) << "observable, though 0";
  EXPECT_EQ(report.shares.count(gpu_compute), 0U) << "nobody looked at a GPU";
}

TEST(Accounting, gives_the_whole_instant_to_the_lock_where_as_many_queue_as_work) {
  ProfileBuilder b(10, 2);
  b.work(0, b.place(user_code()), 0, 10, {1, 0, 1, 0});
  const Report report = analyze(b.profile);
  EXPECT_NEAR(share(report, lock), 1, 1e-9);
  EXPECT_EQ(report.verdict.kind, lock);
}

TEST(Accounting, shares_the_instant_where_fewer_queue_than_work) {
  ProfileBuilder b(10, 4);
  const int code = b.place(user_code());
  for (int i = 0; i < 3; ++i)
    b.work(i == 0 ? 0 : b.thread(0, "w", 0, 10), code, 0, 10, {3, 0, 1, 0});
  const Report report = analyze(b.profile);
  EXPECT_NEAR(share(report, lock), 0.25, 1e-9);
  EXPECT_NEAR(share(report, compute), 0.75, 1e-9);
}

TEST(Accounting, counts_no_queue_where_all_cpus_work) {
  ProfileBuilder b(10, 1);
  b.work(0, b.place(user_code()), 0, 10, {1, 0, 5, 0});
  EXPECT_NEAR(share(analyze(b.profile), lock), 0, 1e-9);
}

TEST(Accounting, starved_threads_share_with_the_workers_and_say_why) {
  ProfileBuilder b(10, 2);
  b.work(0, b.place(user_code()), 0, 10, {1, 0, 0, 3});
  for (int window = 0; window < 1000; ++window)
    b.profile.timeline.system.push_back({window, 0.02, 0});
  const Report report = analyze(b.profile);
  EXPECT_NEAR(share(report, run_queue), 0.5, 1e-9) << "R is capped at n - W";
  EXPECT_NEAR(share(report, compute), 0.5, 1e-9);
  for (const Finding& one : report.findings)
    if (one.kind == run_queue) {
      EXPECT_EQ(one.detail, Detail::other_load);
    }
}

TEST(Accounting, throttled_time_is_the_quotas) {
  ProfileBuilder b(10, 2);
  b.idle(0, -1, 0, 10, {0, 0, 0, 1});
  for (int window = 0; window < 1000; ++window)
    b.profile.timeline.system.push_back({window, 0, 0.01});
  const Report report = analyze(b.profile);
  EXPECT_EQ(report.verdict.kind, run_queue);
  EXPECT_EQ(report.verdict.detail, Detail::quota);
  EXPECT_EQ(report.verdict.sentence.find("this run had"), std::string::npos) << "not known";
  b.profile.machine.cpu_quota = 0.5;
  const std::string said = analyze(b.profile).verdict.sentence;
  EXPECT_NE(said.find("this run had 0.5 CPU by quota"), std::string::npos) << said;
}

TEST(Accounting, the_reason_of_the_wait_that_ended_owns_a_stretch_without_work) {
  ProfileBuilder b(10, 2);
  b.work(0, b.place(user_code()), 0, 2);
  b.idle(0, b.wait(WaitKind::file_read, "/data"), 2, 10);
  const Report report = analyze(b.profile);
  EXPECT_NEAR(share(report, io_read), 0.8, 1e-9);
  EXPECT_EQ(report.verdict.kind, io_read);
  EXPECT_NE(report.verdict.sentence.find("/data"), std::string::npos);
}

TEST(Accounting, burnt_lock_time_without_work_is_the_locks_whatever_ended_it) {
  ProfileBuilder b(10, 2);
  Location futex = in_kernel(Activity::syscall, "futex");
  futex.role = Role::lock;
  const int place = b.place(futex);
  b.idle(0, b.wait(WaitKind::timer), 0, 10, {0, 0, 2, 0});
  for (int window = 0; window < 1000; ++window)
    b.profile.timeline.code.push_back({window, 0, place, 0.01, 10});
  const Report report = analyze(b.profile);
  EXPECT_NEAR(share(report, lock), 1, 1e-9);
  EXPECT_NE(report.parallelism.word, Parallelism::idle) << "all CPUs fight";
}

TEST(Accounting, a_holder_that_sleeps_with_the_lock_is_asked_for_its_own_reason) {
  ProfileBuilder b(10, 2);
  b.idle(0, b.wait(WaitKind::timer), 0, 10, {0, 0, 1, 0});
  EXPECT_NEAR(share(analyze(b.profile), Bottleneck::sleep), 1, 1e-9);
}

TEST(Accounting, long_waits_for_a_condition_that_nobody_worked_for_stay_unattributed) {
  ProfileBuilder b(10, 2);
  const int wait = b.wait(WaitKind::condition);
  b.idle(0, wait, 0, 10);
  b.profile.timeline.blocked.push_back({0, wait, 5, 10.0});
  EXPECT_NEAR(share(analyze(b.profile), unattributed), 1, 1e-9);
}

TEST(Accounting, wake_up_gaps_are_switches_or_process_creation_by_their_call) {
  for (const auto& [call, detail] :
       {std::pair{"read", Detail::switches}, std::pair{"wait4", Detail::processes}}) {
    ProfileBuilder b(10, 2);
    b.idle(0, b.wait(WaitKind::wake_up), 0, 10);
    b.profile.waits[0].call = call;
    const Report report = analyze(b.profile);
    EXPECT_EQ(report.verdict.kind, kernel);
    EXPECT_EQ(report.verdict.detail, detail) << call;
  }
}

TEST(Accounting, scales_down_and_says_so_where_cells_overlap_the_run) {
  ProfileBuilder b(10, 2);
  b.work(0, b.place(user_code()), 0, 10);
  b.idle(0, b.wait(WaitKind::timer), 0, 10);
  const Report report = analyze(b.profile);
  EXPECT_NEAR(share(report, compute), 0.5, 1e-9);
  EXPECT_EQ(report.profile.notes.size(), 1U);
  EXPECT_EQ(analyze(report.profile).profile.notes.size(), 1U)
      << "a saved profile is analyzed again";
}

TEST(Accounting, never_scales_up_what_was_seen) {
  ProfileBuilder b(10, 2);
  b.work(0, b.place(user_code()), 0, 4);
  const Report report = analyze(b.profile);
  EXPECT_NEAR(share(report, compute), 0.4, 1e-9);
  EXPECT_NEAR(share(report, unattributed), 0.6, 1e-9);
}

TEST(Accounting, work_without_samples_takes_the_nearest_of_its_thread_within_50_ms) {
  ProfileBuilder b(10, 2);
  const int user = b.place(user_code());
  const int call = b.place(in_kernel(Activity::syscall, "getpid"));
  b.work(0, user, 0, 1).work(0, -1, 1, 1.05).work(0, call, 5, 10);
  b.work(0, -1, 1.2, 1.3);
  const Report report = analyze(b.profile);
  // 0.1 s are beyond 50 ms: they go as the whole process, 1 : 5.
  EXPECT_NEAR(share(report, compute), (1.05 + 0.1 / 6) / 10, 1e-6);
}

TEST(Accounting, short_processes_without_samples_are_process_creation) {
  ProfileBuilder b(10, 2);
  for (int i = 0; i < 100; ++i) {
    const int child = b.process("child", 0, i * 0.1, i * 0.1 + 0.09);
    b.work(child + 0, -1, i * 0.1, i * 0.1 + 0.09);
  }
  const Report report = analyze(b.profile);
  EXPECT_EQ(report.verdict.kind, kernel);
  EXPECT_EQ(report.verdict.detail, Detail::processes);
}

TEST(Accounting, spinning_threads_own_nothing) {
  ProfileBuilder b(10, 2);
  Location spin = user_code("wait");
  spin.role = Role::spin;
  const int place = b.place(spin);
  b.work(0, b.place(user_code()), 0, 10, {1, 1, 0, 0});
  const int helper = b.thread(0, "w", 0, 10);
  for (int window = 0; window < 1000; ++window)
    b.profile.timeline.code.push_back({window, helper, place, 0.01, 10});
  const Report report = analyze(b.profile);
  EXPECT_NEAR(share(report, compute), 1, 1e-9);
  EXPECT_DOUBLE_EQ(report.parallelism.average, 1);
}

}  // namespace
}  // namespace bottleneck
