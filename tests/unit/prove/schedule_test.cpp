#include "src/prove/schedule.h"

#include <algorithm>
#include <map>

#include <gtest/gtest.h>

#include "tests/unit/prove/trials.h"

namespace bottleneck {
namespace {

using testing::trial_of;

TEST(Schedule, has_every_arm_once_in_every_order) {
  Shuffler shuffler(1);
  std::map<std::vector<std::size_t>, int> orders;
  for (int i = 0; i < 600; ++i) {
    const auto order = shuffler.shuffle({0, 1, 2});
    EXPECT_TRUE(std::is_permutation(order.begin(), order.end(), std::vector{0, 1, 2}.begin()));
    ++orders[order];
  }
  EXPECT_EQ(orders.size(), 6u);
  for (const auto& [order, count] : orders) EXPECT_GT(count, 50);
}

TEST(Schedule, is_the_same_for_the_same_seed) {
  Shuffler one(7), same(7), other(8);
  const std::vector<std::size_t> arms = {0, 1, 2, 3, 4, 5, 6, 7};
  EXPECT_EQ(one.shuffle(arms), same.shuffle(arms));
  EXPECT_NE(one.shuffle(arms), other.shuffle(arms));
}

std::vector<double> around(double wall_s, std::size_t runs, double spread) {
  std::vector<double> times;
  for (std::size_t i = 0; i < runs; ++i)
    times.push_back(wall_s * (1 + spread * (static_cast<double>((i * 3) % 5) - 2)));
  return times;
}

std::vector<Trial> two_arms(double speedup, std::size_t runs, double spread) {
  return {trial_of("a", around(speedup, runs, spread)), trial_of("b", around(1, runs, spread))};
}

TEST(Schedule, ends_early_where_the_ratio_is_precise) {
  EXPECT_TRUE(are_enough(two_arms(4, 5, 0.01), {5, 10}));
  EXPECT_TRUE(are_enough(two_arms(1, 5, 0.001), {5, 10}));
  EXPECT_FALSE(are_enough(two_arms(1, 5, 0.02), {5, 10})) << "a small effect wants more";
  EXPECT_FALSE(are_enough(two_arms(4, 4, 0.01), {5, 10})) << "too few to look";
  EXPECT_FALSE(are_enough(two_arms(4, 6, 0.01), {5, 10})) << "6 is no time to look";
  EXPECT_TRUE(are_enough(two_arms(1, 10, 0.1), {5, 10})) << "all that were planned";
}

TEST(Schedule, counts_what_is_not_rejected) {
  std::vector<Trial> trials = two_arms(4, 5, 0.01);
  trials[1].runs[0].rejected = "steal";
  EXPECT_FALSE(are_enough(trials, {5, 10}));
  EXPECT_EQ(most_blocks_run({5, 10}), 20);
}

TEST(Schedule, goes_on_where_others_disturbed_all_runs_so_far) {
  std::vector<Trial> trials = two_arms(4, 1, 0.01);
  for (Trial& trial : trials) trial.runs[0].rejected = "others";
  EXPECT_FALSE(are_enough(trials, {5, 5}));
}

TEST(Schedule, does_not_wait_for_an_arm_that_never_counts) {
  std::vector<Trial> trials = two_arms(4, 5, 0.01);
  trials.push_back({"c", {}});
  EXPECT_TRUE(are_enough(trials, {5, 10}));
  for (TrialRun& run : trials[1].runs) run.exit_status = 1;  // nothing to be measured
  EXPECT_TRUE(are_enough(trials, {5, 10}));
}

}  // namespace
}  // namespace bottleneck
