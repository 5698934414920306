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

}  // namespace
}  // namespace bottleneck
