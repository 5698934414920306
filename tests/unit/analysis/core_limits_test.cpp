// Where the caches end, from the measured ladder of latencies.
#include "src/analysis/core_limits.h"

#include <gtest/gtest.h>

namespace bottleneck {
namespace {

Measurement latency(const char* name, double seconds) {
  return {name, Quantity{seconds, seconds, seconds, Unit::seconds}, "test"};
}

Profile with_ladder() {
  Profile profile;
  profile.machine.l2_bytes = 1 << 20;
  profile.ceilings = {latency("latency.ladder_524288", 4e-9),
                      latency("latency.ladder_2097152", 30e-9),
                      latency("latency.ladder_16777216", 40e-9),
                      latency("latency.ladder_67108864", 110e-9), latency("latency.dram", 120e-9)};
  return profile;
}

TEST(CoreLimits, memory_begins_between_the_last_cache_and_the_first_size_that_costs_as_memory) {
  EXPECT_NEAR(limits_of(with_ladder()).memory_bytes, 32 << 20, 1e3);
}

TEST(CoreLimits, a_neighbour_that_takes_the_shared_cache_lets_memory_begin_earlier) {
  Profile profile = with_ladder();
  profile.ceilings[2] = latency("latency.ladder_16777216", 100e-9);
  const double begins = limits_of(profile).memory_bytes;
  EXPECT_GT(begins, 2 << 20);
  EXPECT_LT(begins, 16 << 20);
}

TEST(CoreLimits, memory_never_begins_within_twice_the_second_level) {
  Profile profile = with_ladder();
  for (auto& one : profile.ceilings) one = latency(one.name.c_str(), 100e-9);
  profile.ceilings[0] = latency("latency.ladder_524288", 4e-9);
  EXPECT_GE(limits_of(profile).memory_bytes, 2.0 * (1 << 20));
}

TEST(CoreLimits, without_a_ladder_the_published_step_holds) {
  Profile profile;
  EXPECT_EQ(limits_of(profile).memory_bytes, CoreLimits{}.memory_bytes);
  profile.ceilings = {latency("latency.ladder_", 1e-9), latency("latency.ladder_12x", 1e-9),
                      latency("latency.dram", 1e-7)};
  EXPECT_EQ(limits_of(profile).memory_bytes, CoreLimits{}.memory_bytes);
}

}  // namespace
}  // namespace bottleneck
