// Whether a run died at a memory limit: each condition, and what is left when one of them is not
// there.
#include "src/analysis/memory_limit.h"

#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include "src/analysis/analyze.h"
#include "tests/unit/analysis/builders.h"

namespace bottleneck::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr double megabyte = 1e6;

/// Computes for ten seconds and ends so.
Profile ended(int exit_status, int signal = 0) {
  ProfileBuilder b(10, 2);
  b.work(0, b.place(user_code()), 0, 10);
  b.profile.runs[0].exit_status = exit_status;
  b.profile.runs[0].signal = signal;
  return b.profile;
}

Profile& with(Profile& profile, const char* name, double value) {
  profile.measurements.push_back({name, exactly(value, Unit::bytes), "test"});
  return profile;
}

Profile limited(double reached_mb, double limit_mb, int exit_status = 1, int signal = 0) {
  Profile profile = ended(exit_status, signal);
  with(profile, "memory.peak_data", reached_mb * megabyte);
  with(profile, "memory.rlimit_data", limit_mb * megabyte);
  return profile;
}

bool died(const Profile& profile) { return find_limit_death(profile).has_value(); }

TEST(MemoryLimit, near_it_and_failed_is_strong) {
  const auto death = find_limit_death(limited(287, 300));
  ASSERT_TRUE(death);
  EXPECT_EQ(death->ended_by, "rlimit_data");
  EXPECT_EQ(death->confidence, Confidence::strong);
  EXPECT_EQ(death->sentence,
            "it did not finish: it died at its memory limit, 287 of 300 MB (RLIMIT_DATA)");
}

TEST(MemoryLimit, from_a_third_on_is_fair_and_says_most_likely) {
  const auto death = find_limit_death(limited(101, 300));
  ASSERT_TRUE(death);
  EXPECT_EQ(death->confidence, Confidence::fair);
  EXPECT_THAT(death->sentence, HasSubstr("most likely it died at its memory limit, 101 of 300 MB"));
  EXPECT_FALSE(died(limited(99, 300)));
}

TEST(MemoryLimit, units_are_both_said_where_they_differ) {
  EXPECT_THAT(find_limit_death(limited(950, 1000))->sentence, HasSubstr("950 MB of 1.0 GB"));
}

TEST(MemoryLimit, of_the_address_space_counts_as_well) {
  Profile profile = ended(1);
  with(profile, "memory.peak_address_space", 950 * megabyte);
  EXPECT_FALSE(died(profile)) << "no limit is known";
  with(profile, "memory.rlimit_as", 1000 * megabyte);
  EXPECT_EQ(find_limit_death(profile)->ended_by, "rlimit_as");
}

TEST(MemoryLimit, of_address_space_says_nothing_of_a_plain_failure_far_below_it) {
  const auto profile = [](Profile of, double megabytes) {
    with(of, "memory.peak_address_space", megabytes * megabyte);
    with(of, "memory.rlimit_as", 8000 * megabyte);
    return of;
  };
  EXPECT_FALSE(died(profile(ended(1), 3000))) << "a test suite that fails, and reserves";
  EXPECT_TRUE(died(profile(ended(1), 6000)));
  EXPECT_TRUE(died(profile(ended(134), 3000))) << "aborted: what std::bad_alloc does";
}

TEST(MemoryLimit, without_a_limit_or_a_peak_is_none) {
  Profile no_peak = ended(1), no_limit = ended(1);
  EXPECT_FALSE(died(with(no_peak, "memory.rlimit_data", 300 * megabyte)));
  EXPECT_FALSE(died(with(no_limit, "memory.peak_data", 300 * megabyte)));
  no_peak.measurements.push_back({"memory.peak_data", Unavailable{"too short", ""}, "test"});
  EXPECT_FALSE(died(no_peak));
}

TEST(MemoryLimit, is_never_meant_by_a_run_that_succeeds_or_is_stopped) {
  EXPECT_FALSE(died(limited(290, 300, 0)));
  for (int status : {126, 127, 128 + SIGINT, 128 + SIGTERM, 128 + SIGPIPE})
    EXPECT_FALSE(died(limited(290, 300, status))) << status;
  EXPECT_FALSE(died(limited(290, 300, 128 + SIGTERM, SIGTERM)));
  Profile stopped = limited(290, 300, 1);
  stopped.runs[0].timed_out = true;
  EXPECT_FALSE(died(stopped));
  stopped.runs[0].timed_out = false;
  stopped.runs[0].interrupted = true;
  EXPECT_FALSE(died(stopped));
}

TEST(MemoryLimit, is_meant_by_the_signals_of_programs_that_get_no_memory) {
  for (int signal : {SIGABRT, SIGSEGV, SIGBUS}) {
    EXPECT_TRUE(died(limited(290, 300, 128 + signal, signal))) << signal;
    EXPECT_TRUE(died(limited(290, 300, 128 + signal))) << "told by a shell: " << signal;
  }
  EXPECT_TRUE(died(limited(290, 300, 255))) << "exit(-1)";
  EXPECT_FALSE(died(limited(290, 300, 128 + SIGKILL, SIGKILL))) << "no process's limit kills so";
}

TEST(MemoryLimit, of_the_kernels_killer_is_strong_where_it_ended_the_run) {
  Profile profile = ended(128 + SIGKILL, SIGKILL);
  EXPECT_FALSE(died(profile)) << "somebody's kill -9";
  with(profile, "memory.oom_kills", 1);
  auto death = find_limit_death(profile);
  ASSERT_TRUE(death);
  EXPECT_EQ(death->ended_by, "oom_kill");
  EXPECT_EQ(death->confidence, Confidence::strong);
  with(with(profile, "memory.limit", 100 * megabyte), "memory.tree_rss", 97 * megabyte);
  EXPECT_THAT(find_limit_death(profile)->sentence, HasSubstr("97 of 100 MB (control group)"));
  Profile parent = ended(1);
  death = find_limit_death(with(parent, "memory.oom_kills", 1));
  ASSERT_TRUE(death);
  EXPECT_EQ(death->confidence, Confidence::fair) << "another one of the group may be meant";
}

TEST(MemoryLimit, of_a_control_group_alone_proves_nothing) {
  Profile profile = ended(1);
  with(with(profile, "memory.limit", 100 * megabyte), "memory.tree_rss", 99 * megabyte);
  with(profile, "memory.oom_kills", 0);
  EXPECT_FALSE(died(profile));
}

TEST(MemoryLimit, is_the_verdict_and_the_shares_stay_what_they_were) {
  const Report other = analyze(ended(1)), report = analyze(limited(287, 300));
  EXPECT_EQ(report.verdict.kind, Bottleneck::memory_capacity);
  EXPECT_EQ(report.verdict.detail, Detail::limit);
  EXPECT_EQ(report.verdict.top, std::vector{Bottleneck::memory_capacity});
  EXPECT_FALSE(report.verdict.mixed);
  EXPECT_EQ(report.verdict.ended_by, "rlimit_data");
  EXPECT_THAT(report.verdict.sentence, HasSubstr("287 of 300 MB"));
  EXPECT_EQ(report.shares, other.shares);
  const double sum =
      std::accumulate(report.findings.begin(), report.findings.end(), 0.0,
                      [](double so_far, const Finding& one) { return so_far + one.share; });
  EXPECT_NEAR(sum, 1, 1e-9);
  const auto finding =
      std::find_if(report.findings.begin(), report.findings.end(),
                   [](const Finding& one) { return one.kind == Bottleneck::memory_capacity; });
  ASSERT_NE(finding, report.findings.end());
  EXPECT_EQ(finding->supports.back(), report.verdict.sentence);
  EXPECT_EQ(other.verdict.kind, Bottleneck::compute);
  EXPECT_EQ(other.verdict.ended_by, "");
}

TEST(MemoryLimit, advice_is_what_lets_it_complete_and_nothing_about_speed) {
  const Report report = analyze(limited(287, 300));
  ASSERT_EQ(report.recommendations.size(), 1U);
  const Recommendation& only = report.recommendations.front();
  EXPECT_EQ(only.remedy, Remedy::work_in_pieces);
  EXPECT_EQ(only.promise, "completes");
  EXPECT_EQ(only.claim, Claim::conditional);
  EXPECT_EQ(only.prediction.speedup, exactly(1, Unit::ratio));
  EXPECT_THAT(only.why, HasSubstr("287 of 300 MB"));
  EXPECT_THAT(only.how, ::testing::Not(IsEmpty()));
  for (const Recommendation& one : analyze(ended(1)).recommendations)
    EXPECT_EQ(one.promise, "speedup");
}

TEST(MemoryLimit, is_said_of_a_run_too_short_for_other_advice) {
  ProfileBuilder b(0.04, 2);
  b.profile.runs[0].exit_status = 1;
  with(with(b.profile, "memory.peak_data", 290 * megabyte), "memory.rlimit_data", 300 * megabyte);
  EXPECT_EQ(analyze(b.profile).recommendations.size(), 1U);
}

}  // namespace
}  // namespace bottleneck::testing
