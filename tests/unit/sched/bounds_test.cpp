// However many records, threads and processes there are: what is kept stays small, and the sums
// stay right.
#include <numeric>

#include <gtest/gtest.h>

#include "src/core/json.h"
#include "tests/unit/sched/recorded.h"

namespace bottleneck::sched {
namespace {

double sum(const auto& cells) {
  return std::accumulate(cells.begin(), cells.end(), 0.0,
                         [](double all, const auto& cell) { return all + cell.seconds; });
}

/// One short process after the other, each on a CPU for 1 ms of 2.
void run_processes(Recorded& run, std::uint32_t count) {
  run.exec(100, 0, "make");
  run.out(100, 0.5, 0);
  for (std::uint32_t i = 0; i < count; ++i) {
    const double at = 1 + 2.0 * i;
    const std::uint32_t pid = 200 + i;
    run.fork(100, pid, pid, at);
    run.exec(pid, at + 0.1, "cc" + std::to_string(i));
    run.map(pid, at + 0.2, 0x400000, "/bin/cc");
    run.in(pid, at + 0.5, 0);
    run.user_sample(pid, pid, at + 1, 0x400000 + i % 100);
    run.exit(pid, pid, at + 1.5);
    if (i % 100 == 99) run.advance(at + 1.8);
  }
}

TEST(Bounds, numbers_of_dead_processes_are_used_again) {
  FakeRoot system;
  ProcessTree tree;
  constexpr std::uint32_t root = 100;
  Ledger books(system.system(), tree, root, true);
  books.sweep.start(0);
  const auto told = [&](std::int64_t ms, std::uint32_t pid, auto what) {
    perf::Record record;
    record.stamp = {pid, pid, static_cast<std::uint64_t>(ms) * 1'000'000, 0, 0};
    record.what = what;
    return books.tasks.apply(record, tree);
  };
  for (std::uint32_t i = 0; i < 20'000; ++i) {
    const std::int64_t ms = i;
    const std::uint32_t pid = 200 + i;
    const int born = told(ms, root, perf::Fork{pid, root, pid, root});
    ASSERT_EQ(books.process(books.thread(born).process).pid, pid);
    books.sweep.add({.time_ns = ms * 1'000'000, .kind = Happening::Kind::born, .thread = born});
    books.sweep.add(
        {.time_ns = ms * 1'000'000 + 500'000, .kind = Happening::Kind::dead, .thread = born});
    told(ms, pid, perf::Exit{pid, pid});
    books.sweep.advance(ms * 1'000'000 - sweep_lag_ns);
  }
  EXPECT_LT(books.tasks.processes().size(), 70U) << "those of the sweep's lag";
  EXPECT_LT(books.tasks.threads().size(), 70U);
}

TEST(Bounds, many_short_processes_are_all_counted) {
  Recorded run;
  constexpr std::uint32_t count = 20'000;
  run_processes(run, count);
  const Profile profile = run.until(1 + 2.0 * count);
  EXPECT_LE(profile.processes.size(), 2 * max_rows + 1);
  EXPECT_LE(profile.threads.size(), 2 * max_rows + 1);
  int processes = 0, samples = 0;
  for (const Process& process : profile.processes) processes += process.folded;
  for (const CodeCell& cell : profile.timeline.code) samples += cell.samples;
  EXPECT_EQ(processes, static_cast<int>(count) + 1);
  EXPECT_EQ(samples, static_cast<int>(count));
  EXPECT_NEAR(sum(profile.timeline.work), 0.0005 + 0.001 * count, 1e-3);
  EXPECT_NEAR(sum(profile.timeline.work) + sum(profile.timeline.idle), 0.001 + 0.002 * count, 1e-3);
}

TEST(Bounds, a_child_that_outlives_its_parent_still_has_its_row_below_it) {
  Recorded run;
  run.exec(100, 0, "shell");
  run.fork(100, 200, 200, 1);
  run.exec(200, 1.1, "launcher");
  run.fork(200, 300, 300, 2);
  run.exit(200, 200, 3);
  run.in(300, 4, 1);
  run.advance(200);
  run.fork(100, 400, 400, 201);  // takes the launcher's number
  run.exec(400, 201.5, "other");
  run.advance(400);
  const Profile profile = run.until(500);
  ASSERT_EQ(profile.processes.size(), 4U);
  const auto row_of = [&](int pid) {
    for (std::size_t i = 0; i < profile.processes.size(); ++i)
      if (profile.processes[i].pid == pid) return static_cast<int>(i);
    return -1;
  };
  const auto process = [&](int pid) {
    return profile.processes.at(static_cast<std::size_t>(row_of(pid)));
  };
  EXPECT_EQ(process(300).parent, row_of(200));
  EXPECT_EQ(process(200).name, "launcher");
  EXPECT_NEAR(process(200).end_s, 0.003, 1e-9);
  EXPECT_FALSE(process(200).still_running);
  EXPECT_EQ(process(400).parent, 0);
  EXPECT_TRUE(process(300).still_running);
}

}  // namespace
}  // namespace bottleneck::sched
