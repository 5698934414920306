// Why nobody works when nobody does: who owns an idle stretch.
#include <gmock/gmock.h>

#include "tests/unit/sched/story.h"
#include "tests/unit/sched/sums.h"

namespace bottleneck::sched {
namespace {

using testing::ElementsAre;
using testing::Pair;

TEST(SweepIdle, gives_an_idle_stretch_to_the_wait_of_the_thread_that_ends_it) {
  Story story;
  const int reader = story.runs(0);
  story.out(reader, 10, story.wait(WaitKind::file_read, "read"));
  story.out(0, 10, story.wait(WaitKind::condition, "futex"));
  story.in(reader, 30);
  story.in(0, 31);
  const Profile profile = story.until(40);
  EXPECT_THAT(idle_of(profile), ElementsAre(Pair(Pair(WaitKind::file_read, 101), 20.0)));
  EXPECT_EQ(elapsed(profile), 40);
}

TEST(SweepIdle, gives_idling_at_the_end_to_what_the_main_thread_waits_for) {
  Story story;
  const int other = story.runs(0);
  story.out(other, 10, story.wait(WaitKind::timer));
  story.out(0, 10, story.wait(WaitKind::network));
  const Profile profile = story.until(40);
  EXPECT_THAT(idle_of(profile), ElementsAre(Pair(Pair(WaitKind::network, -1), 30.0)));
}

TEST(SweepIdle, looks_behind_a_main_thread_that_only_waits_for_others_at_the_end) {
  Story story;
  const int other = story.runs(0);
  story.out(other, 10, story.wait(WaitKind::timer));
  story.out(0, 10, story.wait(WaitKind::join));
  EXPECT_THAT(idle_of(story.until(40)), ElementsAre(Pair(Pair(WaitKind::timer, -1), 30.0)));
}

TEST(SweepIdle, calls_a_short_wait_for_others_the_wake_up_and_a_long_one_what_it_is) {
  Story story;
  const int child = story.wait(WaitKind::child, "wait4");
  story.out(0, 10, child);
  story.in(0, 10.5);
  story.out(0, 20, child);
  story.in(0, 25);
  const Profile profile = story.until(30);
  EXPECT_THAT(idle_of(profile), ElementsAre(Pair(Pair(WaitKind::child, 100), 5.0),
                                            Pair(Pair(WaitKind::wake_up, 100), 0.5)));
  EXPECT_EQ(profile.waits.back().call, "wait4");
}

TEST(SweepIdle, keeps_a_short_wait_that_owns_its_time) {
  Story story;
  story.out(0, 10, story.wait(WaitKind::file_read));
  story.in(0, 10.5);
  EXPECT_THAT(idle_of(story.until(30)), ElementsAre(Pair(Pair(WaitKind::file_read, 100), 0.5)));
}

TEST(SweepIdle, calls_the_gap_before_a_new_thread_runs_a_wake_up) {
  Story story;
  const int other = story.born(10);
  story.out(0, 10, story.wait(WaitKind::join));
  story.in(other, 10.25);
  EXPECT_THAT(idle_of(story.until(12)), ElementsAre(Pair(Pair(WaitKind::wake_up, 101), 0.25)));
}

/// A thread that wakes for 0.1 ms each 50 ms, from 0 to `end`.
void tick(Story& story, double end) {
  const int timer = story.wait(WaitKind::timer);
  const int ticker = story.runs(0);
  story.out(ticker, 0.1, timer);
  for (double at = 50; at < end; at += 50) {
    story.in(ticker, at);
    story.out(ticker, at + 0.1, timer);
  }
}

TEST(SweepIdle, does_not_let_a_ticker_end_a_stretch_or_work) {
  Story story;
  tick(story, 400);
  story.out(0, 150, story.wait(WaitKind::file_read));
  story.in(0, 380);
  const Profile profile = story.until(400);
  EXPECT_THAT(idle_of(profile), ElementsAre(Pair(Pair(WaitKind::file_read, 100), 230.0)));
  EXPECT_TRUE(thread_row(profile, 101).ticker);
  EXPECT_FALSE(thread_row(profile, 100).ticker);
  EXPECT_EQ(work_of(profile, 101), 0.2);  // before it lived long enough to tell
  EXPECT_EQ(elapsed(profile), 400);
}

TEST(SweepIdle, still_knows_tickers_after_short_threads_that_were_sampled) {
  Story story;
  tick(story, 400);
  const int work = story.place("work");
  for (double at = 10; at < 100; at += 30) {
    const int other = story.runs(at);
    story.sample(other, at + 1, work);
    story.dies(other, at + 5);
  }
  story.out(0, 150, story.wait(WaitKind::file_read));
  story.in(0, 380);
  EXPECT_THAT(idle_of(story.until(400)), ElementsAre(Pair(Pair(WaitKind::file_read, 100), 230.0)));
}

TEST(SweepIdle, lets_the_main_thread_end_a_stretch_when_there_are_only_tickers) {
  Story story;
  story.out(0, 0.5, story.wait(WaitKind::outside));
  tick(story, 1000);
  story.in(0, 1000);
  const Profile profile = story.until(1001);
  const auto idle = idle_of(profile);
  ASSERT_TRUE(idle.contains({WaitKind::outside, 100}));
  EXPECT_GT(idle.at({WaitKind::outside, 100}), 800);
}

}  // namespace
}  // namespace bottleneck::sched
