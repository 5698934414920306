#include "src/prove/growth.h"

#include <gtest/gtest.h>

namespace bottleneck {
namespace {

TEST(Growth, is_the_power_of_the_input) {
  EXPECT_NEAR(growth_of({0.25, 1000}, {1.0, 2000}), 2, 1e-9);
  EXPECT_NEAR(growth_of({0.5, 1000}, {1.0, 2000}), 1, 1e-9);
}

TEST(Growth, is_said_where_it_is_faster_than_the_input) {
  EXPECT_NE(say_growth({0.25, 1000}, {1.0, 2000}).find("its power 2.0"), std::string::npos);
  EXPECT_EQ(say_growth({0.5, 1000}, {1.0, 2000}), "") << "linear";
  EXPECT_EQ(say_growth({0.47, 1000}, {1.0, 2000}), "") << "n log n, or noise";
}

TEST(Growth, is_not_said_where_two_runs_cannot_tell) {
  EXPECT_EQ(say_growth({0.01, 1000}, {0.04, 2000}), "") << "a process that only starts";
  EXPECT_EQ(say_growth({0.25, 1000}, {1.0, 1100}), "") << "hardly another size";
  EXPECT_EQ(say_growth({0.25, 0}, {1.0, 0}), "") << "nobody knows its input";
}

}  // namespace
}  // namespace bottleneck
