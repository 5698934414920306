#include "probes/sched/sweep.h"

#include <random>

#include <gmock/gmock.h>

#include "tests/unit/sched/story.h"
#include "tests/unit/sched/sums.h"

namespace bottleneck::sched {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

Instant instant(int working, int spinning = 0, int queueing = 0, int starved = 0) {
  return {working, spinning, queueing, starved};
}

TEST(Sweep, gives_an_instant_at_which_two_work_to_both) {
  Story story;
  const int other = story.runs(10);
  story.out(other, 25);
  const Profile profile = story.until(30);
  EXPECT_THAT(work_by_instant(profile),
              ElementsAre(Pair(instant(1), 15.0), Pair(instant(2), 30.0)));
  EXPECT_EQ(work_of(profile, 101), 15);
  EXPECT_EQ(cpu_of(profile, 100), 30);
  EXPECT_EQ(cpu_of(profile, 101), 15);
  EXPECT_EQ(elapsed(profile), 30);
}

TEST(Sweep, puts_the_main_thread_first_even_if_another_one_ends_before) {
  Story story;
  const int other = story.runs(1);
  story.dies(other, 2);
  const Profile profile = story.until(30);
  ASSERT_EQ(profile.threads.size(), 2U);
  EXPECT_EQ(profile.threads[0].tid, 100);
}

TEST(Sweep, cuts_time_into_windows_of_10_ms) {
  Story story;
  const Profile profile = story.until(25);
  ASSERT_EQ(profile.timeline.work.size(), 3U);
  EXPECT_EQ(profile.timeline.windows, 3);
  EXPECT_EQ(ms(profile.timeline.work[0].seconds), 10);
  EXPECT_EQ(profile.timeline.work[2].window, 2);
  EXPECT_EQ(ms(profile.timeline.work[2].seconds), 5);
}

TEST(Sweep, counts_who_is_blocked_for_a_lock_as_queueing_and_no_other_wait) {
  for (int i = 0; i < wait_kind_count; ++i) {
    const auto kind = static_cast<WaitKind>(i);
    Story story;
    const int other = story.runs(0);
    story.out(other, 5, story.wait(kind));
    story.in(other, 15);
    const Profile profile = story.until(20);
    const bool lock = kind == WaitKind::lock_mutex || kind == WaitKind::lock_flock ||
                      kind == WaitKind::lock_sysv || kind == WaitKind::lock_runtime;
    EXPECT_THAT(work_by_instant(profile),
                ElementsAre(Pair(instant(1, 0, lock ? 1 : 0), 10.0), Pair(instant(2), 20.0)))
        << to_string(kind);
    ASSERT_EQ(profile.timeline.blocked.size(), 1U);
    EXPECT_EQ(profile.timeline.blocked[0].count, 1U);
    EXPECT_EQ(ms(profile.timeline.blocked[0].seconds), 10);
  }
}

TEST(Sweep, does_not_count_a_spinning_thread_as_working) {
  Story story;
  const int spinner = story.runs(0);
  story.sample(spinner, 5, story.place("wait_for_others", Role::spin));
  story.out(0, 20, story.wait(WaitKind::file_read));
  story.in(0, 30);
  const Profile profile = story.until(40);
  EXPECT_THAT(work_by_instant(profile), ElementsAre(Pair(instant(1, 1), 30.0)));
  EXPECT_THAT(idle_of(profile), ElementsAre(Pair(Pair(WaitKind::file_read, 100), 10.0)));
  EXPECT_EQ(profile.timeline.idle[0].instant, instant(0, 1));
  EXPECT_EQ(cpu_of(profile, 101), 40);
}

TEST(Sweep, counts_a_fight_for_a_lock_on_a_cpu_as_queueing) {
  Story story;
  const int fighter = story.runs(0);
  story.sample(fighter, 5, story.place("spin_lock", Role::lock));
  EXPECT_THAT(work_by_instant(story.until(40)), ElementsAre(Pair(instant(1, 0, 1), 40.0)));
}

TEST(Sweep, counts_a_preempted_thread_as_starved) {
  Story story;
  const int other = story.runs(0);
  story.preempted(other, 5);
  story.in(other, 15);
  const Profile profile = story.until(20);
  EXPECT_THAT(work_by_instant(profile),
              ElementsAre(Pair(instant(1, 0, 0, 1), 10.0), Pair(instant(2), 20.0)));
  EXPECT_EQ(thread_row(profile, 101).preemptions, 1U);
  EXPECT_EQ(thread_row(profile, 101).switches, 0U);
  EXPECT_THAT(profile.timeline.blocked, IsEmpty());
}

TEST(Sweep, rounds_large_counts_to_powers_of_two_but_never_that_of_workers) {
  Story story;
  const int lock = story.wait(WaitKind::lock_mutex);
  for (int i = 0; i < 20; ++i) story.runs(0);
  for (int i = 0; i < 35; ++i) story.out(story.runs(0), 0, lock);
  const Profile profile = story.until(1);
  EXPECT_THAT(work_by_instant(profile), ElementsAre(Pair(instant(21, 0, 32), 21.0)));
}

TEST(Sweep, lets_the_code_of_a_sample_speak_for_the_time_around_it) {
  Story story;
  const int first = story.place("first"), second = story.place("second");
  story.sample(0, 10, first);
  story.sample(0, 20, second);
  const Profile profile = story.until(100);
  EXPECT_THAT(code_of(profile, 100), ElementsAre(Pair("first", 15.0), Pair("second", 55.0)));
  int samples = 0;
  for (const CodeCell& cell : profile.timeline.code) samples += cell.samples;
  EXPECT_EQ(samples, 2);
}

TEST(Sweep, keeps_the_sample_of_a_thread_that_was_just_born) {
  Story story;
  const int other = story.runs(100);
  story.sample(other, 101, story.place("work"));
  story.dies(other, 104);
  const Profile profile = story.until(200);
  EXPECT_THAT(code_of(profile, 101), ElementsAre(Pair("work", 4.0)));
}

TEST(Sweep, keeps_samples_that_were_added_while_it_was_still_behind_the_birth) {
  Story story;
  const int work = story.place("work");
  const int other = story.runs(100);
  for (double at = 101; at <= 160; at += 1) story.sample(other, at, work);
  story.advance(105);  // later than the birth, earlier than the samples
  for (double at = 161; at <= 300; at += 1) story.sample(other, at, work);
  EXPECT_THAT(code_of(story.until(300), 101), ElementsAre(Pair("work", 200.0)));
}

TEST(Sweep, ends_a_thread_whose_switch_out_was_lost_when_another_one_takes_its_cpu) {
  Story story;
  const int lost = story.runs(0, 1);
  const int next = story.runs(10, 1);
  story.in(lost, 20, 2);
  story.out(next, 25);
  const Profile profile = story.until(30);
  EXPECT_EQ(work_of(profile, 101), 20);
  EXPECT_EQ(cpu_of(profile, 101), 20);
  EXPECT_EQ(work_of(profile, 102), 15);
}

TEST(Sweep, follows_a_thread_to_another_cpu_though_its_switch_out_was_lost) {
  Story story;
  const int moved = story.runs(0, 1);
  story.in(moved, 5, 2);
  story.runs(10, 1);
  EXPECT_EQ(work_of(story.until(30), 101), 30);
}

TEST(Sweep, ends_everything_of_a_thread_with_its_death) {
  Story story;
  const int dead_at_work = story.runs(0);
  const int dead_in_queue = story.runs(0);
  story.out(dead_in_queue, 0, story.wait(WaitKind::lock_mutex));
  story.dies(dead_at_work, 10);
  story.dies(dead_in_queue, 10);
  const Profile profile = story.until(30);
  EXPECT_THAT(work_by_instant(profile),
              ElementsAre(Pair(instant(1), 20.0), Pair(instant(2, 0, 1), 20.0)));
  EXPECT_EQ(ms(thread_row(profile, 101).end_s), 10);
}

TEST(Sweep, takes_the_usual_wait_where_no_sample_told_the_reason) {
  Story story;
  const int network = story.wait(WaitKind::network);
  for (double at = 10; at < 50; at += 10) {
    story.out(0, at, at < 40 ? network : -1);  // the last one was thinned out
    story.in(0, at + 5);
  }
  EXPECT_THAT(idle_of(story.until(50)), ElementsAre(Pair(Pair(WaitKind::network, 100), 20.0)));
}

TEST(SweepWithoutKernel, calls_time_without_samples_unseen_kernel) {
  Story story(false);
  story.sample(0, 15, story.place("work"), 10);
  story.out(0, 30);
  const Profile profile = story.until(40);
  EXPECT_THAT(code_of(profile, 100), ElementsAre(Pair("unseen", 20.0), Pair("work", 10.0)));
  EXPECT_EQ(cpu_of(profile, 100), 30);
  EXPECT_EQ(elapsed(profile), 40);
}

TEST(SweepWithoutKernel, takes_the_reason_of_a_wait_from_polling) {
  Story story(false);
  const int read = story.wait(WaitKind::file_read);
  story.polled(0, 5, story.wait(WaitKind::timer));  // while it ran: no wait
  story.out(0, 10);
  story.polled(0, 12, read);
  story.in(0, 30);
  EXPECT_THAT(idle_of(story.until(40)), ElementsAre(Pair(Pair(WaitKind::file_read, 100), 20.0)));
}

TEST(SweepWithoutKernel, calls_unseen_time_queueing_where_a_thread_mostly_waits_for_locks) {
  for (const WaitKind kind : {WaitKind::lock_mutex, WaitKind::timer}) {
    Story story(false);
    const int wait = story.wait(kind);
    const int work = story.place("work");
    const int other = story.runs(0);
    for (double at = 1; at < 60; at += 2) {
      story.out(other, at);
      story.polled(other, at + 0.5, wait);
      story.in(other, at + 1);
    }
    story.sample(other, 61, work, 1);
    const auto work_of_both = work_by_instant(story.until(100));
    EXPECT_EQ(work_of_both.contains(instant(1, 0, 1)) && work_of_both.at(instant(1, 0, 1)) > 35,
              kind == WaitKind::lock_mutex);
  }
}

/// Whatever happens, every instant is either worked or idle, and nothing is counted twice.
TEST(Sweep, sums_up_to_the_elapsed_time_whatever_happens) {
  for (unsigned seed = 0; seed < 200; ++seed) {
    std::mt19937 random(seed);
    const auto upto = [&](unsigned most) { return static_cast<int>(random() % (most + 1)); };
    Story story(seed % 2 == 0);
    std::vector<int> waits, places;
    for (int i = 0; i < wait_kind_count; ++i) waits.push_back(story.wait(static_cast<WaitKind>(i)));
    for (const Role role : {Role::work, Role::spin, Role::lock})
      places.push_back(story.place("code", role));
    double now = 0;
    int threads = 1;
    for (int i = 0; i < 400; ++i) {
      now += upto(40) * 0.05;
      const int thread = upto(static_cast<unsigned>(threads) - 1);
      const int what = upto(13);
      if (what < 5) story.in(thread, now, upto(3) - 1);
      if (what >= 5 && what < 8)
        story.out(thread, now, upto(3) ? waits[static_cast<std::size_t>(upto(20))] : -1);
      if (what == 8) story.preempted(thread, now);
      if (what == 9) story.polled(thread, now, waits[static_cast<std::size_t>(upto(20))]);
      if (what == 10 && threads < 8) threads = story.born(now) + 1;
      if (what == 11 && thread > 0 && upto(4) == 0) story.dies(thread, now);
      if (what > 11) story.sample(thread, now, places[static_cast<std::size_t>(upto(2))]);
      if (what == 7) story.advance(now - 60);
    }
    const Profile profile = story.until(now + 5);
    EXPECT_NEAR(elapsed(profile), now + 5, 0.002) << "seed " << seed;
    double work = 0, cpu = 0;
    for (const WorkCell& cell : profile.timeline.work) work += cell.seconds;
    for (const Thread& thread : profile.threads) cpu += thread.cpu_s;
    EXPECT_LE(work, cpu + 1e-6) << "seed " << seed;
  }
}

}  // namespace
}  // namespace bottleneck::sched
