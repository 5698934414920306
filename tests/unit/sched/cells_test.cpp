#include "probes/sched/cells.h"

#include <set>

#include <gtest/gtest.h>

namespace bottleneck::sched {
namespace {

constexpr std::uint32_t root = 100;
constexpr std::int64_t ms = 1'000'000;

struct Store {
  Tasks tasks{root, 0};
  ProcessTree tree;
  Cells cells{tasks};
  std::uint64_t now = 0;

  int apply(std::uint32_t pid, std::uint32_t tid, auto what) {
    perf::Record record;
    record.stamp = {pid, tid, ++now, 0, 0};
    record.what = what;
    return tasks.apply(record, tree);
  }
  int thread(const std::string& name) {
    const auto tid = root + static_cast<std::uint32_t>(tasks.threads().size());
    const int index = apply(root, root, perf::Fork{root, root, tid, root});
    apply(root, tid, perf::Comm{name, false});
    return index;
  }
  /// A process of one thread that has ended.
  int process(const std::string& name) {
    const auto pid = root + static_cast<std::uint32_t>(tasks.threads().size());
    const int index = apply(root, root, perf::Fork{pid, root, pid, root});
    apply(pid, pid, perf::Comm{name, true});
    apply(pid, pid, perf::Exit{pid, pid});
    return index;
  }
  Profile finish(std::int64_t end_ns) {
    Profile profile;
    cells.finish(profile, {0, 1, 2}, 0, end_ns);
    return profile;
  }
};

double sum(const auto& cells) {
  double all = 0;
  for (const auto& cell : cells) all += cell.seconds;
  return all;
}

void expect_windows_within(const Timeline& timeline) {
  EXPECT_LE(timeline.windows, max_windows);
  for (const auto& cell : timeline.work) EXPECT_LT(cell.window, timeline.windows);
  for (const auto& cell : timeline.code) EXPECT_LT(cell.window, timeline.windows);
  for (const auto& cell : timeline.idle) EXPECT_LT(cell.window, timeline.windows);
}

TEST(Cells, add_up_within_a_window_by_instant_and_place) {
  Store store;
  store.cells.add_work(0, 0, {1, 0, 0, 0}, 0.002);
  store.cells.add_work(0, 0, {2, 0, 0, 0}, 0.003);
  store.cells.add_work(0, 0, {1, 0, 0, 0}, 0.004);
  store.cells.add_code(0, 0, 1, 0.005, 1);
  store.cells.add_code(0, 0, 1, 0.001, 2);
  store.cells.retire(0, 0.009, false, 3, 4);
  const Profile profile = store.finish(10 * ms);
  ASSERT_EQ(profile.timeline.work.size(), 2U);
  EXPECT_DOUBLE_EQ(profile.timeline.work[0].seconds, 0.006);
  ASSERT_EQ(profile.timeline.code.size(), 1U);
  EXPECT_DOUBLE_EQ(profile.timeline.code[0].seconds, 0.006);
  EXPECT_EQ(profile.timeline.code[0].samples, 3);
  EXPECT_EQ(profile.timeline.code[0].location, 1);
  ASSERT_EQ(profile.threads.size(), 1U);
  EXPECT_EQ(profile.threads[0].switches, 3U);
  EXPECT_EQ(profile.threads[0].preemptions, 4U);
}

TEST(Cells, double_the_window_when_there_are_too_many_and_keep_the_sums) {
  Store store;
  constexpr int windows = 10'000;
  for (int window = 0; window < windows; ++window) {
    store.cells.add_work(window, 0, {1, 0, 0, 0}, 0.004);
    store.cells.add_code(window, 0, 1, 0.003, 1);
    store.cells.add_idle(window, {}, 0, 0, 0.006);
  }
  store.cells.retire(0, 40, false, 0, 0);
  const Profile profile = store.finish(windows * base_window_ns);
  EXPECT_DOUBLE_EQ(profile.timeline.window_s, 0.04);
  EXPECT_EQ(profile.timeline.windows, windows / 4);
  expect_windows_within(profile.timeline);
  EXPECT_NEAR(sum(profile.timeline.work), 40, 1e-6);
  EXPECT_NEAR(sum(profile.timeline.code), 30, 1e-6);
  EXPECT_NEAR(sum(profile.timeline.idle), 60, 1e-6);
  EXPECT_NEAR(profile.timeline.work[7].seconds, 0.016, 1e-9);
  int samples = 0;
  for (const CodeCell& cell : profile.timeline.code) samples += cell.samples;
  EXPECT_EQ(samples, windows);
}

TEST(Cells, double_as_often_as_a_far_window_needs) {
  Store store;
  store.cells.add_idle(0, {}, 0, 0, 0.01);
  store.cells.add_idle(100'000, {}, 0, 0, 0.01);
  const Profile profile = store.finish(100'001 * base_window_ns);
  expect_windows_within(profile.timeline);
  EXPECT_NEAR(sum(profile.timeline.idle), 0.02, 1e-9);
}

TEST(Cells, double_the_window_for_a_thread_that_only_works) {
  Store store;
  for (int window = 0; window < 10'000; ++window)
    store.cells.add_work(window, 0, {1, 0, 0, 0}, 0.01);
  store.cells.retire(0, 100, false, 0, 0);
  const Profile profile = store.finish(10'000 * base_window_ns);
  expect_windows_within(profile.timeline);
  EXPECT_NEAR(sum(profile.timeline.work), 100, 1e-6);
}

TEST(Cells, are_bounded_however_many_places_and_instants_there_are) {
  Store store;
  double added = 0;
  for (int window = 0; window < 4000; ++window)
    for (int i = 0; i < 32; ++i) {
      store.cells.add_code(window, 0, i % 3, 0.0001, 1);
      store.cells.add_work(window, 0, {1 + i, i, 0, 0}, 0.0001);
      store.cells.add_idle(window, {0, i, 0, 0}, 0, i, 0.0001);
      added += 0.0001;
    }
  store.cells.retire(0, added, false, 0, 0);
  const Profile profile = store.finish(4000 * base_window_ns);
  EXPECT_LE(profile.timeline.work.size() + profile.timeline.code.size(), max_cells);
  EXPECT_LE(profile.timeline.idle.size(), max_cells);
  EXPECT_NEAR(sum(profile.timeline.work), added, 1e-6);
  EXPECT_NEAR(sum(profile.timeline.code), added, 1e-6);
  EXPECT_NEAR(sum(profile.timeline.idle), added, 1e-6);
}

TEST(Cells, fold_threads_beyond_the_limit_by_name_and_keep_the_sums) {
  Store store;
  store.cells.retire(0, 1, false, 0, 0);
  for (int i = 0; i < 2000; ++i) {
    const int thread = store.thread(i % 2 ? "odd" : "even");
    store.cells.add_work(i, thread, {2, 0, 0, 0}, 0.001);
    store.cells.add_blocked(thread, 0, 0.002);
    store.cells.retire(thread, 0.003, false, 5, 7);
  }
  const Profile profile = store.finish(20'000 * ms);
  EXPECT_EQ(profile.threads.size(), max_rows + 2);
  int folded = 0;
  double cpu = 0;
  std::uint64_t switches = 0;
  for (const Thread& thread : profile.threads) {
    folded += thread.folded;
    cpu += thread.cpu_s;
    switches += thread.switches;
  }
  EXPECT_EQ(folded, 2001);
  EXPECT_NEAR(cpu, 7, 1e-9);
  EXPECT_EQ(switches, 10'000U);
  EXPECT_EQ(profile.threads.back().folded, (2000 - static_cast<int>(max_rows) + 1) / 2);
  EXPECT_NEAR(sum(profile.timeline.work), 2, 1e-9);
  EXPECT_NEAR(sum(profile.timeline.blocked), 4, 1e-9);
  std::uint64_t waits = 0;
  for (const BlockedCell& cell : profile.timeline.blocked) waits += cell.count;
  EXPECT_EQ(waits, 2000U);
}

TEST(Cells, fold_threads_that_are_numbered_in_their_names) {
  Store store;
  for (int i = 0; i < 2000; ++i)
    store.cells.retire(store.thread("worker-" + std::to_string(i)), 0, false, 0, 0);
  EXPECT_LE(store.finish(ms).threads.size(), max_rows + 1);
}

TEST(Cells, are_bounded_even_if_each_thread_has_a_name_of_its_own) {
  Store store;
  for (int i = 0; i < 20'000; ++i) {
    std::string name;
    for (int rest = i; rest > 0; rest /= 20) name += static_cast<char>('a' + rest % 20);
    store.cells.retire(store.thread(name), 0, false, 0, 0);
  }
  EXPECT_LE(store.finish(ms).threads.size(), 2 * max_rows + 1);
}

TEST(Cells, fold_processes_beyond_the_limit_by_name) {
  Store store;
  store.cells.retire(0, 1, false, 0, 0);
  for (int i = 0; i < 2000; ++i) {
    const int thread = store.process("true");
    store.cells.add_work(i, thread, {1, 0, 0, 0}, 0.001);
    store.cells.retire(thread, 0.001, false, 0, 0);
  }
  const Profile profile = store.finish(20'000 * ms);
  EXPECT_EQ(profile.processes.size(), max_rows + 1);
  EXPECT_EQ(profile.processes.back().name, "true");
  int folded = 0;
  for (const Process& process : profile.processes) folded += process.folded;
  EXPECT_EQ(folded, 2001);
  EXPECT_NEAR(sum(profile.timeline.work), 2, 1e-9);
  for (const Thread& thread : profile.threads)
    EXPECT_LT(static_cast<std::size_t>(thread.process), profile.processes.size());
}

TEST(Cells, say_who_lives_on_and_count_times_from_exec) {
  Store store;
  store.now = 999;
  const auto dead = store.process("dead");
  store.apply(root, root, perf::Fork{900, root, 900, root});
  for (int thread : {0, dead, dead + 1}) store.cells.retire(thread, 0, false, 0, 0);
  Profile profile;
  store.cells.finish(profile, {}, 500, 5000);
  ASSERT_EQ(profile.processes.size(), 3U);
  EXPECT_EQ(profile.processes[0].parent, -1);
  EXPECT_FALSE(profile.processes[0].still_running) << "the launched one has ended";
  EXPECT_EQ(profile.processes[0].start_s, 0) << "not before exec";
  EXPECT_FALSE(profile.processes[1].still_running);
  EXPECT_NEAR(profile.processes[1].start_s, 500e-9, 1e-12);
  EXPECT_NEAR(profile.processes[1].end_s, 502e-9, 1e-12);
  EXPECT_EQ(profile.processes[1].parent, 0);
  EXPECT_TRUE(profile.processes[2].still_running);
  EXPECT_NEAR(profile.processes[2].end_s, 4500e-9, 1e-12);
}

}  // namespace
}  // namespace bottleneck::sched
