#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "src/analysis/verify.h"

namespace bottleneck {
namespace {

using testing::HasSubstr;

/// A run with threads of that much CPU time.
Profile profile_of(double wall_s, const std::vector<double>& cpu_s) {
  Profile profile;
  Run run;
  run.wall_s = wall_s;
  profile.runs = {run};
  for (const double one : cpu_s) {
    Thread thread;
    thread.cpu_s = one;
    profile.threads.push_back(thread);
  }
  return profile;
}

double product_of(const LossFactors& losses) {
  return losses.threads * losses.load_balance * losses.communication * losses.work /
         losses.busy_before;
}

TEST(Losses, factor_the_speedup_exactly) {
  std::mt19937 dice(3);
  std::uniform_real_distribution<double> share(0.05, 1);
  for (int i = 0; i < 200; ++i) {
    std::vector<double> before, after;
    const double before_s = 1 + 9 * share(dice), after_s = 1 + 9 * share(dice);
    for (auto left = 1 + dice() % 4; left > 0; --left) before.push_back(before_s * share(dice));
    for (auto left = 1 + dice() % 9; left > 0; --left) after.push_back(after_s * share(dice));
    const auto losses = factor_losses(profile_of(before_s, before), profile_of(after_s, after));
    ASSERT_TRUE(losses);
    EXPECT_NEAR(product_of(*losses), before_s / after_s, 1e-9);
  }
}

TEST(Losses, of_a_perfect_team_are_none) {
  const auto losses = factor_losses(profile_of(8, {8}), profile_of(2, {2, 2, 2, 2, 0.001}));
  EXPECT_EQ(losses->threads, 4) << "a thread that only starts the others is no member";
  EXPECT_DOUBLE_EQ(losses->load_balance, 1);
  EXPECT_DOUBLE_EQ(losses->communication, 1);
  EXPECT_DOUBLE_EQ(losses->work, 1);
  EXPECT_DOUBLE_EQ(losses->busy_before, 1);
}

TEST(Losses, are_unknown_where_nothing_was_on_a_cpu) {
  EXPECT_FALSE(factor_losses(profile_of(8, {0}), profile_of(2, {2})));
  EXPECT_FALSE(factor_losses(profile_of(8, {8}), profile_of(2, {})));
  EXPECT_FALSE(factor_losses({}, profile_of(2, {2})));
}

TEST(Losses, count_the_members_of_a_folded_row) {
  Profile team = profile_of(1, {3});
  team.threads[0].folded = 3;
  EXPECT_EQ(factor_losses(profile_of(3, {3}), team)->threads, 3);
}

std::string why_missed(Outcome outcome, const Profile& after, const std::string& limit = "") {
  Verification one;
  one.outcome = outcome;
  one.why = "missed";
  one.limit = limit;
  explain_miss(one, profile_of(8, {8}), after);
  EXPECT_TRUE(one.losses);
  return one.why;
}

TEST(Misses, name_the_factor_that_lost_most_first) {
  EXPECT_THAT(why_missed(Outcome::optimistic, profile_of(5, {5, 5})),
              HasSubstr("work inflation 1.25"));
  EXPECT_THAT(why_missed(Outcome::optimistic, profile_of(5, {5, 5}), "memory_bandwidth, stream"),
              HasSubstr("the CPUs share memory bandwidth"));
  EXPECT_THAT(why_missed(Outcome::optimistic, profile_of(6, {6, 2})), HasSubstr("imbalance"));
  EXPECT_THAT(
      why_missed(Outcome::optimistic, profile_of(6, {4, 4}), "lock"),
      HasSubstr("waiting: its busiest thread is on a CPU 67 % of the time, the rest is lock"));
  const std::string both = why_missed(Outcome::harmful, profile_of(12, {6, 6}));
  EXPECT_LT(both.find("waiting"), both.find("inflation"));
}

TEST(Misses, of_one_thread_are_said_by_its_cpu_time) {
  EXPECT_THAT(why_missed(Outcome::no_effect, profile_of(9, {9})),
              HasSubstr("uses 1.12 of the CPU time of before"));
}

TEST(Misses, upwards_are_explained_by_less_work) {
  EXPECT_THAT(why_missed(Outcome::pessimistic, profile_of(2, {2, 2})), HasSubstr("caches"));
  EXPECT_EQ(why_missed(Outcome::pessimistic, profile_of(4, {4, 4})), "missed");
}

TEST(Misses, are_not_explained_where_there_is_none) {
  EXPECT_EQ(why_missed(Outcome::held, profile_of(6, {6, 2})), "missed");
  EXPECT_EQ(why_missed(Outcome::inconclusive, profile_of(6, {6, 2})), "missed");
}

}  // namespace
}  // namespace bottleneck
