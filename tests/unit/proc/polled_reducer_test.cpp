#include "probes/proc/polled_reducer.h"

#include <gmock/gmock.h>

#include "tests/unit/proc/fake_proc.h"

namespace bottleneck::proc {
namespace {

constexpr std::int64_t ms = 1'000'000;

struct Looked {
  Looked() { put(0, 0, 'R'); }
  void put(long run_ms, long system_ticks, char state, long delay_ms = 0, long slices = 1) {
    proc.put_process(100, "main", 1, 1, run_ms / 10, reaped_ticks);
    proc.put_task({.pid = 100,
                   .tid = 100,
                   .state = state,
                   .run_ms = run_ms,
                   .delay_ms = delay_ms,
                   .slices = slices,
                   .user_ticks = run_ms / 10 - system_ticks,
                   .system_ticks = system_ticks});
  }
  /// `steps` looks 10 ms apart; `each` says what has changed by then.
  template <typename Each>
  Profile run(int steps, Each each) {
    PolledReducer reducer(proc.system(), tree);
    reducer.start(1000 * ms);
    for (int i = 1; i <= steps; ++i) {
      each(i, reducer);
      reducer.look((1000 + i * 10) * ms);
    }
    Profile profile;
    reducer.finish(profile, (1000 + steps * 10) * ms);
    return profile;
  }
  FakeProc proc;
  ProcessTree tree{100, {100}, {100}};
  long reaped_ticks = 0;
};

double working_s(const Profile& profile) {
  double sum = 0;
  for (const WorkCell& cell : profile.timeline.work) sum += cell.seconds / cell.instant.working;
  return sum;
}
double idle_s(const Profile& profile) {
  double sum = 0;
  for (const IdleCell& cell : profile.timeline.idle) sum += cell.seconds;
  return sum;
}
std::map<Activity, double> code_s(const Profile& profile) {
  std::map<Activity, double> sums;
  for (const CodeCell& cell : profile.timeline.code)
    sums[profile.locations.at(static_cast<std::size_t>(cell.location)).activity] += cell.seconds;
  return sums;
}

TEST(PolledReducer, books_all_the_time_once_working_or_idle) {
  Looked looked;
  const Profile profile = looked.run(
      100, [&](int i, PolledReducer&) { looked.put(i * 5, 0, i % 2 ? 'R' : 'S', 0, i); });
  EXPECT_NEAR(working_s(profile), 0.5, 0.01);
  EXPECT_NEAR(working_s(profile) + idle_s(profile), 1.0, 1e-6);
}

TEST(PolledReducer, catches_up_with_a_kernel_that_tells_cpu_time_late) {
  Looked looked;
  const Profile profile =
      looked.run(100, [&](int i, PolledReducer&) { looked.put(i / 3 * 30, 0, 'R', 0, 1); });
  EXPECT_NEAR(working_s(profile), 0.98, 0.02);
}

TEST(PolledReducer, takes_kernel_time_from_the_ticks_where_nothing_was_sampled) {
  Looked looked;
  const Profile profile =
      looked.run(100, [&](int i, PolledReducer&) { looked.put(i * 10, i / 4, 'R'); });
  EXPECT_NEAR(code_s(profile)[Activity::unknown_kernel], 0.25, 0.02);
  EXPECT_NEAR(code_s(profile)[Activity::user], 0.75, 0.02);
}

TEST(PolledReducer, gives_time_to_the_places_of_injected_samples) {
  Looked looked;
  const Profile profile = looked.run(100, [&](int i, PolledReducer& reducer) {
    inject::InjectedSample sample;
    sample.pid = sample.tid = 100;
    sample.time_ns = (1000 + i * 10 - 5) * ms;
    sample.sample.ip = i % 4 ? 0x1100 : 0x1900;
    reducer.add(sample, 4 * ms);
    looked.put(i * 10, 0, 'R');
  });
  std::map<int, double> by_place;
  int samples = 0;
  for (const CodeCell& cell : profile.timeline.code) {
    by_place[cell.location] += cell.seconds;
    samples += cell.samples;
  }
  EXPECT_EQ(samples, 100);
  double most = 0, sum = 0;
  for (const auto& [place, seconds] : by_place) most = std::max(most, seconds), sum += seconds;
  EXPECT_NEAR(sum, 1.0, 0.02);
}

TEST(PolledReducer, says_starved_only_of_a_thread_that_wanted_to_run) {
  Looked looked;
  const Profile profile = looked.run(100, [&](int i, PolledReducer&) {
    looked.put(i * 4, 0, 'R', i * 6, 1);  // others have the CPU for the rest
  });
  double starved = 0;
  for (const IdleCell& cell : profile.timeline.idle)
    if (cell.instant.starved > 0) starved += cell.seconds;
  EXPECT_NEAR(starved, 0.6, 0.03);
}

TEST(PolledReducer, counts_short_delays_as_part_of_the_wait_that_they_end) {
  Looked looked;
  const Profile profile = looked.run(100, [&](int i, PolledReducer&) {
    looked.put(i * 2, 0, 'S', i, i * 10);  // 0.1 ms before each of ten slices
  });
  for (const IdleCell& cell : profile.timeline.idle) EXPECT_EQ(cell.instant.starved, 0);
}

TEST(PolledReducer, finds_children_too_short_to_be_seen_in_what_their_parent_reaped) {
  Looked looked;
  const Profile profile = looked.run(100, [&](int i, PolledReducer&) {
    looked.reaped_ticks = i / 2;
    looked.put(0, 0, 'S', 0, i);
  });
  EXPECT_NEAR(code_s(profile)[Activity::process], 0.5, 0.05);
  EXPECT_NEAR(working_s(profile), 0.5, 0.05);
}

TEST(PolledReducer, names_the_wait_that_it_sees) {
  Looked looked;
  looked.proc.put_wait(100, 100, "35 0x0 0x0 0x0 0x0 0x0 0x0 0x0 0x1800");  // nanosleep
  const Profile profile =
      looked.run(50, [&](int i, PolledReducer&) { looked.put(i, 0, 'S', 0, i); });
  std::map<WaitKind, double> idle;
  for (const IdleCell& cell : profile.timeline.idle)
    if (cell.wait >= 0)
      idle[profile.waits.at(static_cast<std::size_t>(cell.wait)).kind] += cell.seconds;
  EXPECT_GT(idle[WaitKind::timer], 0.4);
}

TEST(PolledReducer, says_nothing_of_starving_on_an_idle_machine) {
  Looked looked;
  const Profile profile = looked.run(100, [&](int i, PolledReducer&) {
    looked.put(i * 6, 0, 'R', 0, i + 1);  // seen running each time, and asleep between
  });
  for (const IdleCell& cell : profile.timeline.idle) EXPECT_EQ(cell.instant.starved, 0);
}

TEST(PolledReducer, takes_a_delay_that_is_told_late_for_what_was_booked_before) {
  Looked looked;
  const Profile profile = looked.run(100, [&](int i, PolledReducer&) {
    // Three intervals without a CPU, told at their end; then one on it.
    looked.put(i / 4 * 10, 0, 'R', i / 4 * 30, i / 4);
  });
  double starved = 0;
  for (const IdleCell& cell : profile.timeline.idle)
    if (cell.instant.starved > 0) starved += cell.seconds;
  EXPECT_NEAR(starved, 0.75, 0.05);
}

TEST(PolledReducer, calls_a_stop_together_with_us_a_stop) {
  Looked looked;
  looked.put(0, 0, 'R');
  PolledReducer reducer(looked.proc.system(), looked.tree);
  reducer.start(1000 * ms);
  looked.put(10, 0, 'R');
  reducer.look(1010 * ms);
  reducer.look(61'010 * ms);
  Profile profile;
  reducer.finish(profile, 61'020 * ms);
  double stopped = 0;
  for (const IdleCell& cell : profile.timeline.idle)
    if (cell.wait >= 0 &&
        profile.waits.at(static_cast<std::size_t>(cell.wait)).kind == WaitKind::stopped)
      stopped += cell.seconds;
  EXPECT_NEAR(stopped, 60, 0.1);
}

TEST(PolledReducer, books_a_child_once_whoever_sees_its_end_first) {
  Looked looked;
  const Profile profile = looked.run(100, [&](int i, PolledReducer&) {
    const int age = i % 10;
    if (age == 9) looked.reaped_ticks += 8;
    looked.put(0, 0, 'S', 0, i);
    if (age == 1) {
      looked.proc.put_process(101, "child", 100, 1);
      looked.proc.put_task({.pid = 101, .tid = 101, .state = 'R', .run_ms = 10});
      looked.proc.put_children(100, "101 ");
    } else if (age > 1 && age < 9) {
      looked.proc.put_task({.pid = 101, .tid = 101, .state = 'R', .run_ms = age * 10});
    } else if (age == 9) {
      looked.proc.remove_process(101);
      looked.proc.put_children(100, "");
    }
  });
  EXPECT_NEAR(working_s(profile), 0.8, 0.05);
}

TEST(PolledReducer, forgets_the_dead) {
  Looked looked;
  const Profile profile = looked.run(20, [&](int i, PolledReducer&) {
    looked.put(i * 5, 0, 'R');
    if (i == 5) {
      looked.proc.put_process(101, "child", 100, 1);
      looked.proc.put_task({.pid = 101, .tid = 101, .state = 'R', .run_ms = 10});
      looked.proc.put_children(100, "101 ");
    }
    if (i == 10) {
      looked.proc.remove_process(101);
      looked.proc.put_children(100, "");
    }
  });
  ASSERT_EQ(profile.processes.size(), 2U);
  EXPECT_NEAR(profile.processes[1].end_s, 0.1, 0.011);
  EXPECT_FALSE(profile.processes[1].still_running);
}

}  // namespace
}  // namespace bottleneck::proc
