#include "probes/sched/reducer.h"

#include <gmock/gmock.h>

#include "tests/unit/sched/recorded.h"
#include "tests/unit/sched/sums.h"

namespace bottleneck::sched {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

/// Code milliseconds of a thread by module.
std::map<std::string, double> modules_of(const Profile& profile, int tid) {
  std::map<std::string, double> sums;
  for (const CodeCell& cell : profile.timeline.code)
    if (cell.thread == row_index(profile, tid))
      sums[profile.locations.at(static_cast<std::size_t>(cell.location)).module] += cell.seconds;
  for (auto& [module, seconds] : sums) seconds = ms(seconds);
  return sums;
}

const Location* location_in(const Profile& profile, const std::string& module) {
  for (const Location& location : profile.locations)
    if (location.module == module) return &location;
  return nullptr;
}

/// A shell that starts a program with a further thread and waits for it.
void tell_shell_and_program(Recorded& run) {
  run.exec(100, 0, "sh");
  run.map(100, 0.1, 0x400000, "/nowhere/sh");
  run.map(100, 0.2, 0x700000, "/nowhere/libc.so.6");
  run.user_sample(100, 100, 5, 0x400100);
  run.fork(100, 200, 200, 10);
  run.in(200, 10.1, 1);
  run.exec(200, 11, "prog");
  run.map(200, 11.1, 0x400000, "/nowhere/prog");
  run.map(200, 11.2, 0x700000, "/nowhere/libm.so.6");
  run.user_sample(200, 200, 12, 0x400100);
  run.switch_sample(100, 100, 13,
                    {"__schedule", "schedule", "do_wait", "kernel_wait4", "do_syscall_64"});
  run.out(100, 13, 0);
  run.fork(200, 200, 201, 15);
  run.name(200, 201, 15.05, "worker");
  run.in(201, 15.1, 2);
  run.user_sample(200, 201, 20, 0x700100);
  run.exit(200, 201, 25);
  run.user_sample(200, 200, 28, 0x400100);
  run.exit(200, 200, 30);
  run.in(100, 30.2, 1);
}

void expect_shell_and_program(const Profile& profile) {
  ASSERT_EQ(profile.processes.size(), 2U);
  EXPECT_EQ(profile.processes[0].executable, "/nowhere/sh");
  EXPECT_EQ(profile.processes[0].name, "sh");
  EXPECT_EQ(profile.processes[1].pid, 200);
  EXPECT_EQ(profile.processes[1].parent, 0);
  EXPECT_EQ(profile.processes[1].executable, "/nowhere/prog");
  EXPECT_EQ(ms(profile.processes[1].start_s), 10);
  EXPECT_EQ(ms(profile.processes[1].end_s), 30);
  ASSERT_EQ(profile.threads.size(), 3U);
  EXPECT_EQ(profile.threads[0].tid, 100);
  EXPECT_EQ(thread_row(profile, 200).name, "prog");
  EXPECT_EQ(thread_row(profile, 201).name, "worker");
  EXPECT_EQ(thread_row(profile, 201).process, 1);
  EXPECT_EQ(cpu_of(profile, 100), 22.8);
  EXPECT_EQ(cpu_of(profile, 200), 19.9);
  EXPECT_EQ(cpu_of(profile, 201), 9.9);
  EXPECT_THAT(modules_of(profile, 200), ElementsAre(Pair("/nowhere/prog", 19.9)));
  EXPECT_THAT(modules_of(profile, 201), ElementsAre(Pair("/nowhere/libm.so.6", 9.9)));
  ASSERT_EQ(profile.timeline.blocked.size(), 1U);
  const BlockedCell& blocked = profile.timeline.blocked[0];
  EXPECT_EQ(blocked.thread, 0);
  EXPECT_EQ(ms(blocked.seconds), 17.2);
  EXPECT_EQ(profile.waits.at(static_cast<std::size_t>(blocked.wait)).kind, WaitKind::child);
  EXPECT_THAT(idle_of(profile), ElementsAre(Pair(Pair(WaitKind::wake_up, 100), 0.2)));
  EXPECT_EQ(elapsed(profile), 40);
}

TEST(Reducer, tells_processes_threads_places_and_waits_of_a_run) {
  Recorded run;
  tell_shell_and_program(run);
  expect_shell_and_program(run.until(40));
  EXPECT_EQ(run.tally().samples, 4U);
  EXPECT_EQ(run.tally().switch_samples, 1U);
  EXPECT_EQ(run.tally().switches, 4U);
  EXPECT_THAT(run.tree().live, IsEmpty());
  EXPECT_TRUE(run.tree().ever.contains(200));
}

TEST(Reducer, puts_records_into_the_order_of_time) {
  for (unsigned seed = 0; seed < 10; ++seed) {
    Recorded run;
    tell_shell_and_program(run);
    run.shuffle(seed);
    expect_shell_and_program(run.until(40));
  }
}

TEST(Reducer, comes_to_the_same_in_many_steps_as_in_one) {
  Recorded run;
  tell_shell_and_program(run);
  for (double at = 0; at < 40; at += 0.5) run.advance(at);
  expect_shell_and_program(run.until(40));
}

TEST(Reducer, counts_nothing_from_before_exec_or_after_the_end) {
  Recorded run;
  run.user_sample(100, 100, -5, 0x400100);
  run.in(100, -4, 1);
  run.out(100, -3, 1);
  run.exec(100, 0, "prog");
  run.out(100, 25, 1);
  const Profile profile = run.until(20);
  EXPECT_EQ(run.tally().samples, 0U);
  EXPECT_EQ(run.tally().switches, 0U);
  EXPECT_EQ(cpu_of(profile, 100), 20);
  EXPECT_EQ(elapsed(profile), 20);
}

TEST(Reducer, ignores_what_is_outside_the_tree) {
  Recorded run;
  run.exec(100, 0, "prog");
  run.fork(1, 300, 300, 1);
  run.exec(300, 2, "foreign");
  run.in(300, 3, 1);
  run.user_sample(300, 300, 4, 0x400100);
  run.switch_sample(300, 300, 5, {"__schedule", "do_wait", "kernel_wait4", "do_syscall_64"});
  const Profile profile = run.until(10);
  EXPECT_EQ(profile.processes.size(), 1U);
  EXPECT_EQ(profile.threads.size(), 1U);
  EXPECT_THAT(profile.waits, IsEmpty());
  EXPECT_EQ(run.tally().samples, 0U);
}

TEST(Reducer, counts_lost_records) {
  Recorded run;
  run.exec(100, 0, "prog");
  run.lost(7, 1);
  run.lost(5, 2);
  run.until(10);
  EXPECT_EQ(run.tally().lost, 12U);
}

const std::vector<std::string> futex = {"__schedule", "schedule", "futex_wait_queue",
                                        "__x64_sys_futex", "do_syscall_64"};

TEST(Reducer, tells_a_mutex_from_a_condition_by_the_value_that_is_awaited) {
  for (const std::uint64_t value : {2, 7}) {
    Recorded run;
    run.exec(100, 0, "prog");
    run.fork(100, 100, 101, 1);
    run.in(101, 1, 1);
    run.switch_sample(100, 101, 5, futex, {0x7000, 0, value});
    run.out(101, 5, 1);
    run.in(101, 15, 1);
    const Profile profile = run.until(20);
    ASSERT_EQ(profile.timeline.blocked.size(), 1U);
    const Wait& wait = profile.waits.at(static_cast<std::size_t>(profile.timeline.blocked[0].wait));
    EXPECT_EQ(wait.kind, value == 2 ? WaitKind::lock_mutex : WaitKind::condition);
    EXPECT_EQ(wait.call, "futex");
    EXPECT_EQ(wait.kernel_function, "futex_wait_queue");
    const Instant queued{1, 0, value == 2 ? 1 : 0, 0};
    EXPECT_GE(work_by_instant(profile).at(queued), 10);
  }
}

TEST(Reducer, gives_idle_time_to_the_call_that_slept) {
  Recorded run;
  run.exec(100, 0, "prog");
  run.switch_sample(
      100, 100, 10,
      {"__schedule", "schedule", "hrtimer_nanosleep", "__x64_sys_clock_nanosleep", "do_syscall_64"},
      {0, 0, 0});
  run.out(100, 10, 0);
  run.in(100, 30, 0);
  const Profile profile = run.until(40);
  EXPECT_THAT(idle_of(profile), ElementsAre(Pair(Pair(WaitKind::timer, 100), 20.0)));
}

TEST(Reducer, takes_a_preemption_for_starving_unless_the_thread_was_waking_another_one) {
  for (const bool waking : {false, true}) {
    Recorded run;
    run.exec(100, 0, "prog");
    run.fork(100, 100, 101, 0);
    run.in(101, 0, 1);
    if (waking)
      run.switch_sample(100, 101, 5,
                        {"__schedule", "pipe_write", "__x64_sys_write", "do_syscall_64"});
    run.out(101, 5, 1, true);
    run.in(101, 15, 1);
    const Profile profile = run.until(20);
    EXPECT_EQ(work_by_instant(profile).contains({1, 0, 0, 1}), !waking);
    EXPECT_EQ(thread_row(profile, 101).preemptions, waking ? 0U : 1U);
  }
}

TEST(Reducer, places_kernel_time_by_system_call_and_function) {
  Recorded run;
  run.exec(100, 0, "prog");
  run.kernel_sample(100, 100, 5, {"filemap_read", "__x64_sys_read", "do_syscall_64"});
  const Profile profile = run.until(20);
  const Location* location = location_in(profile, "[kernel]");
  ASSERT_TRUE(location);
  EXPECT_EQ(location->activity, Activity::syscall);
  EXPECT_EQ(location->call, "read");
  EXPECT_EQ(location->function, "filemap_read");
  EXPECT_EQ(modules_of(profile, 100).at("[kernel]"), 20);
}

TEST(Reducer, knows_code_that_is_in_no_file) {
  Recorded run;
  run.exec(100, 0, "prog");
  run.user_sample(100, 100, 5, 0x7f0000001000);
  const Profile profile = run.until(20);
  const Location* location = location_in(profile, "[jit]");
  ASSERT_TRUE(location);
  EXPECT_TRUE(location->no_file);
  EXPECT_EQ(location->function, "");
}

TEST(Reducer, counts_time_without_samples_as_unseen_kernel_where_the_kernel_is_withheld) {
  Recorded run(false);
  run.exec(100, 0, "prog");
  run.map(100, 0.1, 0x400000, "/nowhere/prog");
  run.user_sample(100, 100, 5, 0x400100);
  const Profile profile = run.until(10);
  EXPECT_THAT(modules_of(profile, 100),
              ElementsAre(Pair("/nowhere/prog", 1.0), Pair("[kernel]", 9.0)));
  EXPECT_EQ(location_in(profile, "[kernel]")->activity, Activity::unknown_kernel);
}

TEST(Reducer, is_empty_but_whole_without_any_record) {
  Recorded run;
  const Profile profile = run.until(10);
  EXPECT_THAT(profile.timeline.work, IsEmpty());
  EXPECT_THAT(profile.timeline.idle, IsEmpty());
  EXPECT_THAT(profile.locations, IsEmpty());
}

}  // namespace
}  // namespace bottleneck::sched
