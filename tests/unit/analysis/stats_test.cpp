#include "src/core/stats.h"

#include <gtest/gtest.h>

namespace bottleneck {
namespace {

TEST(Stats, the_median_is_the_middle_of_the_sorted_values) {
  EXPECT_DOUBLE_EQ(median({3, 1, 2}), 2);
  EXPECT_DOUBLE_EQ(median({4, 1, 2, 3}), 2.5);
  EXPECT_DOUBLE_EQ(median({}), 0);
}

TEST(Stats, quantiles_interpolate_between_order_statistics) {
  EXPECT_DOUBLE_EQ(quantile({0, 10}, 0.25), 2.5);
  EXPECT_DOUBLE_EQ(quantile({5}, 0.9), 5);
  EXPECT_DOUBLE_EQ(quantile({1, 2, 3}, 1), 3);
}

TEST(Stats, a_ratio_of_medians_lies_within_its_interval_and_is_the_same_each_time) {
  const std::vector<double> above = {2.0, 2.2, 1.9, 2.1, 2.05}, below = {1.0, 1.1, 0.9, 1.0, 1.02};
  const RatioInterval one = ratio_of_medians(above, below), again = ratio_of_medians(above, below);
  EXPECT_DOUBLE_EQ(one.ratio, 2.05);
  EXPECT_LT(one.low, one.ratio);
  EXPECT_GT(one.high, one.ratio);
  EXPECT_EQ(one.low, again.low);
  EXPECT_EQ(one.high, again.high);
}

TEST(Stats, a_ratio_of_what_never_varies_is_exact) {
  const RatioInterval one = ratio_of_medians({3, 3, 3}, {2, 2, 2, 2});
  EXPECT_EQ(one.low, 1.5);
  EXPECT_EQ(one.high, 1.5);
}

TEST(Stats, more_confidence_is_a_wider_interval) {
  const std::vector<double> above = {2.0, 2.2, 1.9, 2.1, 2.05, 1.95, 2.3}, below = {1.0, 1.1, 0.9};
  EXPECT_LT(ratio_of_medians(above, below, {2000, 0.5}).high,
            ratio_of_medians(above, below, {2000, 0.99}).high);
}

}  // namespace
}  // namespace bottleneck
