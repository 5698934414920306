// However many records, threads and processes there are: what is kept stays small, and the sums
// stay right.
#include <numeric>
#include <random>

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

/// Fills everything that Cells keep: many threads with names of their own in processes of their
/// own, in every window in several instants and at ever other places, for 20 minutes.
Profile the_largest_profile() {
  ProcessTree tree;
  constexpr std::uint32_t root = 100;
  Tasks tasks(root, 0);
  Cells cells(tasks);
  std::mt19937 random(1);
  constexpr int threads = 1100, windows = 120'000;
  for (std::uint32_t i = 1; i < threads; ++i) {
    perf::Record record;
    record.stamp = {root, root, i, 0, 0};
    record.what = perf::Fork{root + i, root, root + i, root};
    const int thread = tasks.apply(record, tree);
    std::string name = "worker-";
    for (std::uint32_t rest = i; rest > 0; rest /= 20) name += static_cast<char>('a' + rest % 20);
    tasks.threads()[static_cast<std::size_t>(thread)].name = name;
    tasks.processes()[static_cast<std::size_t>(thread)].name = name;
  }
  for (int window = 0; window < windows; window += 100)
    for (int thread = 0; thread < threads; ++thread) {
      const auto any = [&](unsigned below) { return static_cast<int>(random() % below); };
      cells.add_work(window + any(100), thread, {1 + any(64), any(4), 1 << any(9), any(16)}, 0.01);
      cells.add_code(window + any(100), thread, any(max_places_and_pages), 0.01, 1);
      cells.add_idle(window + any(100), {0, any(4), any(16), any(16)}, thread, any(2000), 0.0001);
      cells.add_blocked(thread, any(2000), 0.012345);
    }
  for (int thread = 0; thread < threads; ++thread)
    cells.retire(thread, 123.456789, false, 123'456, 234'567);
  std::vector<int> location_of(max_places_and_pages);
  for (std::size_t i = 0; i < location_of.size(); ++i)
    location_of[i] = static_cast<int>(i % max_locations);
  Profile profile;
  cells.finish(profile, location_of, 0, windows * base_window_ns);
  for (std::size_t i = 0; i < max_locations; ++i) {
    Location location;
    location.module = "/usr/lib/x86_64-linux-gnu/" + std::to_string(i);
    location.function =
        std::string(max_location_text / max_locations - location.module.size(), 'f');
    profile.locations.push_back(std::move(location));
  }
  profile.waits.resize(max_waits + 1);
  for (Wait& wait : profile.waits) wait.object = std::string(max_object, 'o');
  return profile;
}

TEST(Bounds, the_largest_profile_is_saved_in_five_megabytes) {
  const Profile profile = the_largest_profile();
  const Timeline& timeline = profile.timeline;
  EXPECT_LE(timeline.windows, 2 * max_windows);
  EXPECT_GE(timeline.windows, 8) << "phases are still seen";
  EXPECT_LE(timeline.idle.size(), max_idle_cells + max_windows);
  EXPECT_NEAR(sum(timeline.idle), 1100 * 1200 * 0.0001, 1e-3);
  EXPECT_NEAR(sum(timeline.blocked), 1100 * 1200 * 0.012345, 1);
  EXPECT_GT(timeline.code.size(), max_code_cells / 4) << "the test fills the store";
  EXPECT_GT(timeline.work.size(), max_work_cells / 4);
  Report report;
  report.profile = profile;
  report.profile.runs.resize(1);
  EXPECT_LE(report_to_json(report).size(), 5'000'000U);
}

TEST(Bounds, merged_work_keeps_the_elapsed_time) {
  FakeRoot system;
  ProcessTree tree;
  Tasks tasks(100, 0);
  Cells cells(tasks);
  double elapsed = 0;
  for (int window = 0; window < 20; ++window)
    for (int i = 0; i < 6000; ++i) {
      const int working = 1 + i % 60;
      cells.add_work(window, 0, {working, i / 60, window, 0}, 0.0001 * working);
      elapsed += 0.0001;
    }
  cells.retire(0, 1, false, 0, 0);
  Profile profile;
  cells.finish(profile, {}, 0, 20 * base_window_ns);
  EXPECT_LE(profile.timeline.work.size(), max_work_cells + 20);
  double kept = 0;
  for (const WorkCell& cell : profile.timeline.work) kept += cell.seconds / cell.instant.working;
  EXPECT_NEAR(kept, elapsed, 1e-6);
}

/// What a slow reader loses is a stretch of records of one CPU: here 80 ms of each 400, with a
/// mark.
TEST(Bounds, lost_records_are_counted_and_the_shares_stay_right) {
  Recorded run;
  run.exec(100, 0, "prog");
  run.map(100, 0.1, 0x400000, "/bin/prog");
  constexpr int ms = 20'000;
  for (int at = 10; at < ms; at += 10) {
    const bool lost = at % 400 < 80;
    if (at % 400 == 80) run.lost(100, at);
    if (lost) continue;
    run.out(100, at, 0);  // 4 ms of 10 it waits
    run.in(100, at + 4, 0);
    run.user_sample(100, 100, at + 6, 0x400000 + (at % 40 == 0 ? 0x10 : 0x20));
  }
  const Profile profile = run.until(ms);
  EXPECT_EQ(run.tally().lost, 100U * (ms / 400));
  EXPECT_NEAR(sum(profile.timeline.work) + sum(profile.timeline.idle), ms * 1e-3, 1e-6);
  EXPECT_NEAR(sum(profile.timeline.work) / (ms * 1e-3), 0.6, 0.1);
}

TEST(Bounds, a_million_samples_at_many_addresses_fit) {
  Recorded run;
  run.exec(100, 0, "prog");
  run.map(100, 0.1, 0x400000, "/nowhere/prog");
  run.fork(100, 100, 101, 0.2);
  run.in(101, 0.3, 1);
  std::mt19937 random(1);
  constexpr int samples = 1'000'000;
  for (int i = 0; i < samples / 2; ++i) {
    run.user_sample(100, 100, 1 + i, 0x400000 + random() % 0x10000);
    run.user_sample(100, 101, 1 + i, 0x7f0000000000 + random() % 0x10000000);
    if (i % 1000 == 999) run.advance(i);
  }
  const Profile profile = run.until(samples / 2 + 10);
  EXPECT_EQ(run.tally().samples, static_cast<std::uint64_t>(samples));
  EXPECT_LE(profile.locations.size(), 2 * max_locations);
  EXPECT_LE(profile.timeline.work.size(), max_work_cells + 64);
  EXPECT_LE(profile.timeline.code.size(), max_code_cells);
  EXPECT_NEAR(sum(profile.timeline.work), 2 * (samples / 2 + 10) * 1e-3, 0.001);
}

}  // namespace
}  // namespace bottleneck::sched
