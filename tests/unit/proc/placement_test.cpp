#include "probes/proc/placement.h"

#include <algorithm>
#include <map>
#include <random>

#include <gmock/gmock.h>

namespace bottleneck::proc {
namespace {

using sched::Happening;
constexpr std::int64_t ms = 1'000'000;

/// Plays happenings back: how long each thread ran, and how long `count` of them did at once.
class Played {
 public:
  Placement placement{[this](const Happening& happening) { told.push_back(happening); }};
  std::vector<Happening> told;

  std::map<int, std::int64_t> run_ns() { return times(Happening::Kind::in); }
  std::map<int, std::int64_t> starved_ns() { return times(Happening::Kind::starved); }
  std::int64_t at_once_ns(int count) {
    std::int64_t sum = 0, from = 0;
    int running = 0;
    for (const Happening& one : in_order()) {
      if (running == count) sum += one.time_ns - from;
      from = one.time_ns;
      if (one.kind == Happening::Kind::in) ++running;
      if (one.kind == Happening::Kind::out || one.kind == Happening::Kind::preempted) --running;
    }
    return sum;
  }
  std::vector<Happening> of(Happening::Kind kind) const {
    std::vector<Happening> found;
    for (const Happening& one : told)
      if (one.kind == kind) found.push_back(one);
    return found;
  }

 private:
  std::vector<Happening> in_order() const {
    std::vector<Happening> sorted = told;
    std::stable_sort(sorted.begin(), sorted.end(),
                     [](const Happening& a, const Happening& b) { return a.time_ns < b.time_ns; });
    return sorted;
  }
  std::map<int, std::int64_t> times(Happening::Kind wanted) {
    std::map<int, std::int64_t> sums, since;
    for (const Happening& one : in_order()) {
      const bool changes = one.kind == Happening::Kind::in || one.kind == Happening::Kind::out ||
                           one.kind == Happening::Kind::preempted ||
                           one.kind == Happening::Kind::starved;
      if (!changes) continue;
      if (const auto open = since.find(one.thread); open != since.end()) {
        sums[one.thread] += one.time_ns - open->second;
        since.erase(open);
      }
      const bool begins = one.kind == wanted || (wanted == Happening::Kind::starved &&
                                                 one.kind == Happening::Kind::preempted);
      if (begins) since[one.thread] = one.time_ns;
    }
    return sums;
  }
};

Share share(int thread, double run_ms, bool depends, int switches = 1) {
  Share made;
  made.thread = thread;
  made.run_ns = static_cast<std::int64_t>(run_ms * ms);
  made.labels = {{10 + thread, made.run_ns, 1}};
  made.wait = 5;
  made.depends = depends;
  made.switches = switches;
  return made;
}

TEST(Placement, keeps_the_cpu_time_of_every_thread_to_the_microsecond) {
  std::mt19937 random(1);
  std::uniform_real_distribution<double> some(0, 9.8);
  for (int round = 0; round < 200; ++round) {
    Played played;
    const double a = some(random), b = some(random), c = some(random);
    std::vector<Share> shares = {share(1, a, true, round % 9), share(2, b, true, 3),
                                 share(3, c, false, round % 20)};
    played.placement.lay(0, 10 * ms, shares);
    played.placement.lay(10 * ms, 20 * ms, {});  // all are blocked by then
    for (int thread : {1, 2, 3}) played.placement.end(thread, 20 * ms);
    const auto ran = played.run_ns();
    const std::map<int, double> wanted = {{1, a}, {2, b}, {3, c}};
    for (const auto& [thread, run_ms] : wanted) {
      const auto found = ran.find(thread);
      const double got = found == ran.end() ? 0 : static_cast<double>(found->second) / ms;
      EXPECT_NEAR(got, run_ms, 0.001) << "thread " << thread << " in round " << round;
    }
  }
}

TEST(Placement, lays_threads_that_wait_for_each_other_one_after_the_other) {
  Played played;
  std::vector<Share> shares = {share(1, 5, true, 40), share(2, 4, true, 40)};
  played.placement.lay(0, 10 * ms, shares);
  EXPECT_LT(played.at_once_ns(2), ms / 100);
}

TEST(Placement, overlaps_them_only_as_much_as_they_must) {
  Played played;
  std::vector<Share> shares = {share(1, 9, true), share(2, 4, true)};
  played.placement.lay(0, 10 * ms, shares);
  for (int thread : {1, 2}) played.placement.end(thread, 10 * ms);
  EXPECT_NEAR(static_cast<double>(played.at_once_ns(2)), 3.0 * ms, ms / 100.0);
}

TEST(Placement, lays_independent_threads_as_chance_would) {
  Played played;
  for (int i = 0; i < 500; ++i) {
    std::vector<Share> shares = {share(1, 5, false), share(2, 5, false)};
    played.placement.lay(i * 10 * ms, (i + 1) * 10 * ms, shares);
  }
  EXPECT_NEAR(static_cast<double>(played.at_once_ns(2)) / (5000.0 * ms), 0.25, 0.04);
}

TEST(Placement, says_nothing_of_a_thread_that_runs_on) {
  Played played;
  played.placement.begin_running(1);
  for (int i = 0; i < 5; ++i) {
    std::vector<Share> shares = {share(1, 10, false)};
    shares[0].labels[0].samples = 0;
    played.placement.lay(i * 10 * ms, (i + 1) * 10 * ms, shares);
  }
  EXPECT_EQ(played.told.size(), 1U);  // its place, once
  EXPECT_EQ(played.told[0].kind, Happening::Kind::relabel);
}

TEST(Placement, gives_places_to_the_parts_of_the_cpu_time_in_their_order) {
  Played played;
  Share made = share(1, 10, false);
  made.labels = {{7, 6 * ms, 2}, {8, 3 * ms, 1}, {-1, 1 * ms, 0}};
  played.placement.lay(0, 10 * ms, std::vector{made});
  const auto labels = played.of(Happening::Kind::relabel);
  ASSERT_EQ(labels.size(), 2U);
  EXPECT_EQ(labels[0].value, 7);
  EXPECT_EQ(labels[0].count, 2);
  EXPECT_EQ(labels[1].value, 8);
  EXPECT_EQ(labels[1].time_ns, 6 * ms);
  EXPECT_EQ(played.of(Happening::Kind::unlabel).front().time_ns, 9 * ms);
}

TEST(Placement, tells_time_without_a_cpu_from_time_blocked) {
  Played played;
  Share made = share(1, 4, false);
  made.starved_ns = 3 * ms;
  played.placement.lay(0, 10 * ms, std::vector{made});
  played.placement.lay(10 * ms, 20 * ms, {});
  played.placement.end(1, 20 * ms);
  EXPECT_NEAR(static_cast<double>(played.starved_ns()[1]), 3.0 * ms, ms / 100.0);
  EXPECT_NEAR(static_cast<double>(played.run_ns()[1]), 4.0 * ms, ms / 100.0);
}

TEST(Placement, announces_the_wait_before_each_time_it_blocks) {
  Played played;
  played.placement.lay(0, 10 * ms, std::vector{share(1, 2, true, 6)});
  const auto waits = played.of(Happening::Kind::announce);
  EXPECT_EQ(waits.size(), played.of(Happening::Kind::out).size());
  EXPECT_EQ(waits.front().value, 5);
}

TEST(Placement, takes_no_more_than_the_interval_holds) {
  Played played;
  Share made = share(1, 50, false);
  made.starved_ns = 50 * ms;
  played.placement.lay(0, 10 * ms, std::vector{made});
  for (const Happening& one : played.told) EXPECT_LE(one.time_ns, 10 * ms);
}

}  // namespace
}  // namespace bottleneck::proc
