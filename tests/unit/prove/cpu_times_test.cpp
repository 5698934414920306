#include "src/prove/cpu_times.h"

#include <gtest/gtest.h>

#include "tests/unit/launch/temporary_folder.h"

namespace bottleneck {
namespace {

constexpr const char* stat =
    "cpu  300 30 100 9000 50 7 3 20 5 0\n"
    "cpu0 100 10 40 5000 20 7 3 15 5 0\n"
    "cpu1 200 20 60 4000 30 0 0 5 0 0\n"
    "intr 12345 1 2 3\n"
    "ctxt 99\n";

TEST(CpuTimes, are_of_the_cpus_that_we_may_use) {
  const CpuTimes all = sum_cpu_times(stat, {}, 100);
  EXPECT_NEAR(all.busy_s, 4.40, 1e-9) << "neither idle, iowait nor guest";
  EXPECT_NEAR(all.steal_s, 0.20, 1e-9);
  const CpuTimes second = sum_cpu_times(stat, {1, 9}, 100);
  EXPECT_NEAR(second.busy_s, 2.80, 1e-9);
  EXPECT_NEAR(second.steal_s, 0.05, 1e-9);
}

TEST(CpuTimes, of_what_is_no_stat_are_none) {
  for (const char* text : {"", "cpu0", "cpu0 x y", "cpux 1 2", "\n\n"})
    EXPECT_EQ(sum_cpu_times(text, {}, 100).busy_s, 0) << text;
}

TEST(CpuTimes, reads_the_allowed_cpus) {
  TemporaryFolder folder;
  folder.write("proc/self/status", "Name:\tx\nCpus_allowed_list:\t0,2-3\n");
  EXPECT_EQ(read_allowed_cpus({folder.path()}), (std::vector{0, 2, 3}));
  EXPECT_TRUE(read_allowed_cpus({"/nowhere"}).empty());
}

}  // namespace
}  // namespace bottleneck
