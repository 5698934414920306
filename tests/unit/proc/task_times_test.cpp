#include "probes/proc/task_times.h"

#include <gmock/gmock.h>

#include "tests/unit/proc/fake_proc.h"

namespace bottleneck::proc {
namespace {

TEST(TaskTimes, come_from_schedstat_to_the_nanosecond) {
  FakeProc proc;
  proc.put_task({.pid = 7,
                 .tid = 8,
                 .state = 'R',
                 .run_ms = 30,
                 .delay_ms = 4,
                 .slices = 9,
                 .user_ticks = 2,
                 .system_ticks = 1});
  const auto times = TaskFiles(proc.system(), 7, 8, true).read();
  ASSERT_TRUE(times);
  EXPECT_TRUE(times->exact);
  EXPECT_EQ(times->state, 'R');
  EXPECT_EQ(times->run_ns, 30'000'000);
  EXPECT_EQ(times->delay_ns, 4'000'000);
  EXPECT_EQ(times->slices, 9U);
  EXPECT_EQ(times->kernel_ns, tick_ns());
}

TEST(TaskTimes, fall_back_to_ticks_where_the_kernel_has_no_schedstat) {
  FakeProc proc;
  proc.put_task({.pid = 7, .tid = 7, .user_ticks = 5, .system_ticks = 2});
  std::filesystem::remove(proc.system().path("/proc/7/task/7/schedstat"));
  const auto times = TaskFiles(proc.system(), 7, 7, false).read();
  ASSERT_TRUE(times);
  EXPECT_FALSE(times->exact);
  EXPECT_EQ(times->run_ns, 7 * tick_ns());
}

TEST(TaskTimes, are_absent_for_a_thread_that_is_gone) {
  FakeProc proc;
  EXPECT_FALSE(TaskFiles(proc.system(), 7, 7, true).read());
  EXPECT_FALSE(TaskFiles(proc.system(), 7, 7, false).read());
}

}  // namespace
}  // namespace bottleneck::proc
