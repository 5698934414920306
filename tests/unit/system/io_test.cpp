#include <gtest/gtest.h>

#include "probes/io/counter_cells.h"
#include "probes/io/io_probe.h"
#include "probes/io/process_files.h"
#include "probes/io/tree_counters.h"
#include "tests/unit/system/fake_root.h"
#include "tests/unit/system/stat_text.h"

namespace bottleneck {
namespace {

std::string io_text(std::uint64_t read_bytes, std::uint64_t read_chars = 0) {
  return "rchar: " + std::to_string(read_chars) +
         "\nwchar: 0\nsyscr: 0\nsyscw: 0\nread_bytes: " + std::to_string(read_bytes) +
         "\nwrite_bytes: 0\ncancelled_write_bytes: 0\n";
}

ProcessReading reading(pid_t pid, pid_t parent, std::uint64_t minor, std::uint64_t reaped,
                       std::uint64_t bytes) {
  ProcessReading made{pid, parent, "p", 'R', static_cast<std::uint64_t>(pid), {}, reaped, true};
  made.counters[Counter::minor_faults] = minor + reaped;
  made.counters[Counter::read_bytes] = bytes;
  return made;
}

std::int64_t sum(const TreeCounters& tree, Counter which, pid_t pid = 0) {
  std::int64_t total = 0;
  for (const auto& [key, delta] : tree.samples().entries())
    if (pid == 0 || key.second == pid) total += delta[which];
  return total;
}

TEST(ProcessStat, counts_fields_from_the_last_bracket_whatever_the_name_holds) {
  for (const std::string name : {"a b", ") R 1 (", "x)\n(y", "", "(((", "a)) S 5 6"}) {
    const auto stat = parse_process_stat(
        StatText{.name = name, .parent = 4, .minor = 9, .reaped_minor = 3}.text());
    ASSERT_TRUE(stat) << name;
    EXPECT_EQ(stat->name, name);
    EXPECT_EQ(stat->parent, 4);
    EXPECT_EQ(stat->own[Counter::minor_faults], 9U);
    EXPECT_EQ(stat->reaped[Counter::minor_faults], 3U);
    EXPECT_EQ(stat->start_ticks, 77U);
  }
}

TEST(ProcessStat, refuses_what_is_cut) {
  const std::string whole = StatText{}.text();
  EXPECT_FALSE(parse_process_stat(""));
  EXPECT_FALSE(parse_process_stat("10 (p"));
  EXPECT_FALSE(parse_process_stat("10 (p)"));
  EXPECT_FALSE(parse_process_stat(whole.substr(0, whole.find("4194560"))));
}

TEST(ProcessIo, needs_all_six_counters) {
  CounterValues<std::uint64_t> counters;
  EXPECT_TRUE(parse_process_io(io_text(5, 6), counters));
  EXPECT_EQ(counters[Counter::read_bytes], 5U);
  EXPECT_EQ(counters[Counter::read_chars], 6U);
  EXPECT_FALSE(parse_process_io("rchar: 1\nwchar: 2\n", counters));
}

TEST(TreeCounters, takes_off_the_parent_what_was_booked_for_a_reaped_child) {
  TreeCounters tree;
  tree.start_from(reading(1, 0, 50, 0, 1000));
  tree.observe(reading(1, 0, 60, 0, 1000), 0.1, 0);
  tree.observe(reading(2, 1, 100, 0, 4096), 0.1, 0);
  tree.vanish(2, 0.2);  // it had read 8192 when it ended, and its parent waited for it
  tree.observe(reading(1, 0, 60, 120, 1000 + 8192), 0.2, 0);
  EXPECT_EQ(sum(tree, Counter::read_bytes), 8192);
  EXPECT_EQ(sum(tree, Counter::read_bytes, 2), 4096);
  EXPECT_EQ(sum(tree, Counter::minor_faults), 10 + 120);
}

TEST(TreeCounters, may_see_the_parents_gain_before_the_child_is_missed) {
  TreeCounters tree;
  tree.start_from(reading(1, 0, 0, 0, 0));
  tree.observe(reading(2, 1, 100, 0, 4096), 0.1, 0);
  tree.observe(reading(1, 0, 5, 100, 4096), 0.2, 0);
  tree.vanish(2, 0.3);
  EXPECT_EQ(sum(tree, Counter::read_bytes), 4096);
  EXPECT_EQ(sum(tree, Counter::minor_faults), 105);
}

TEST(TreeCounters, keeps_what_was_booked_for_a_child_that_nobody_waited_for) {
  TreeCounters tree;
  tree.start_from(reading(1, 0, 0, 0, 0));
  tree.observe(reading(2, 1, 100, 0, 4096), 0.1, 0);
  tree.vanish(2, 0.2);  // SIGCHLD ignored: the parent gains nothing, and reads 4096 by itself
  tree.observe(reading(1, 0, 5, 0, 4096), 0.2, 0);
  EXPECT_EQ(sum(tree, Counter::read_bytes), 8192);
}

TEST(TreeCounters, follows_reaped_grandchildren_up) {
  TreeCounters tree;
  tree.start_from(reading(1, 0, 0, 0, 0));
  tree.observe(reading(2, 1, 10, 0, 100), 0.1, 0);
  tree.observe(reading(3, 2, 20, 0, 1000), 0.1, 0);
  tree.vanish(3, 0.2);
  tree.vanish(2, 0.2);  // both ended and were waited for since: the root has it all
  tree.observe(reading(1, 0, 1, 35, 1200), 0.2, 0);
  EXPECT_EQ(sum(tree, Counter::read_bytes), 1200);
  EXPECT_EQ(sum(tree, Counter::minor_faults), 36);
}

TEST(TreeCounters, takes_off_a_settled_child_only_once) {
  TreeCounters tree;
  tree.start_from(reading(1, 0, 0, 0, 0));
  tree.observe(reading(2, 1, 10, 0, 100), 0.1, 0);
  tree.observe(reading(3, 2, 20, 0, 1000), 0.1, 0);
  tree.vanish(3, 0.2);
  tree.observe(reading(2, 1, 10, 20, 1100), 0.2, 0);
  tree.vanish(2, 0.3);
  tree.observe(reading(1, 0, 1, 30, 1100), 0.3, 0);
  EXPECT_EQ(sum(tree, Counter::read_bytes), 1100);
}

TEST(TreeCounters, survives_counters_that_wrap_or_step_back) {
  TreeCounters tree;
  tree.start_from(reading(1, 0, 0, 0, UINT64_MAX - 9));
  tree.observe(reading(1, 0, 0, 0, 20), 0.1, 0);
  EXPECT_EQ(sum(tree, Counter::read_bytes), 30);
  tree.observe(reading(1, 0, 0, 0, 15), 0.2, 0);
  tree.observe(reading(1, 0, 0, 0, 21), 0.3, 0);
  EXPECT_EQ(sum(tree, Counter::read_bytes), 31);
}

TEST(TreeCounters, tells_a_new_process_from_an_old_one_with_its_id) {
  TreeCounters tree;
  tree.start_from(reading(1, 0, 0, 0, 0));
  tree.observe(reading(2, 1, 10, 0, 5000), 0.1, 0);
  ProcessReading anew = reading(2, 1, 3, 0, 70);
  anew.start_ticks = 999;
  tree.observe(anew, 0.2, 0.1);
  EXPECT_EQ(sum(tree, Counter::read_bytes), 5070);
}

TEST(TreeCounters, keeps_what_was_known_when_io_becomes_unreadable) {
  TreeCounters tree;
  tree.start_from(reading(1, 0, 0, 0, 0));
  tree.observe(reading(1, 0, 1, 0, 100), 0.1, 0);
  ProcessReading denied = reading(1, 0, 2, 0, 0);
  denied.io_known = false;
  tree.observe(denied, 0.2, 0);
  EXPECT_EQ(sum(tree, Counter::read_bytes), 100);
  EXPECT_EQ(sum(tree, Counter::minor_faults), 2);
}

CounterDelta bytes(std::int64_t count) {
  CounterDelta delta;
  delta[Counter::read_bytes] = count;
  return delta;
}

TEST(CounterSamples, stay_bounded_and_lose_nothing_in_a_long_run) {
  CounterSamples samples(0.1, 100);
  for (int i = 0; i < 10'000; ++i) samples.add(i * 0.1, 7, bytes(1));
  EXPECT_LE(samples.entries().size(), 100U);
  std::int64_t total = 0;
  for (const auto& [key, delta] : samples.entries()) total += delta[Counter::read_bytes];
  EXPECT_EQ(total, 10'000);
}

TEST(CounterSamples, fold_ended_processes_into_their_parents_when_there_are_too_many) {
  CounterSamples samples(0.1, 100);
  for (int pid = 2; pid < 5000; ++pid) {
    samples.add(0, pid, bytes(1));
    samples.may_fold(pid, 1);
  }
  EXPECT_LE(samples.entries().size(), 100U);
  std::int64_t total = 0;
  for (const auto& [key, delta] : samples.entries()) total += delta[Counter::read_bytes];
  EXPECT_EQ(total, 4998);
}

TEST(CounterCells, carry_a_correction_back_and_are_never_negative) {
  CounterSamples samples;
  samples.add(0.05, 1, bytes(100));
  samples.add(0.15, 1, bytes(5));
  samples.add(0.25, 1, bytes(-65));
  Profile profile;
  ensure_windows(profile.timeline, 0.3, 0.1);
  EXPECT_EQ(profile.timeline.windows, 3);
  add_counter_cells(profile, samples, 1, {{1, {0, "root", 0, 1, false, true, false}}}, 100);
  ASSERT_EQ(profile.timeline.counters.size(), 1U);
  EXPECT_EQ(profile.timeline.counters[0].window, 0);
  EXPECT_EQ(profile.timeline.counters[0].read_bytes, 40U);
  ASSERT_EQ(profile.processes.size(), 1U);
  EXPECT_EQ(profile.processes[0].name, "root");
}

TEST(CounterCells, use_the_rows_and_windows_of_the_sampler) {
  Profile profile;
  profile.timeline.window_s = 0.01;
  profile.timeline.windows = 50;
  profile.processes.assign(3, Process{});
  profile.processes[0].pid = 1;
  profile.processes[1].pid = profile.processes[2].pid = 5;
  profile.processes[1].end_s = 0.2;
  profile.processes[2].start_s = 0.3;
  profile.processes[0].end_s = profile.processes[2].end_s = 1;
  CounterSamples samples;
  samples.add(0.4, 5, bytes(8));
  samples.add(0.4, 6, bytes(9));
  add_counter_cells(profile, samples, 1, {{6, {5, "", 0.35, 1, false, false, false}}}, 100);
  ASSERT_EQ(profile.processes.size(), 4U);
  EXPECT_EQ(profile.processes[3].parent, 2);
  ASSERT_EQ(profile.timeline.counters.size(), 2U);
  EXPECT_EQ(profile.timeline.counters[0].process, 2);
  EXPECT_EQ(profile.timeline.counters[0].window, 45);
  EXPECT_EQ(profile.timeline.counters[0].read_bytes, std::nullopt)
      << "io of process 5 was never read";
}

struct IoRun {
  FakeRoot root;
  ProcessTree tree{10, {10}, {10}};
  std::unique_ptr<Probe> probe = make_io_probe(root.system());
  Profile profile;

  void put(const StatText& stat, const std::string& io) {
    root.put("/proc/" + std::to_string(stat.pid) + "/stat", stat.text());
    if (!io.empty()) root.put("/proc/" + std::to_string(stat.pid) + "/io", io);
  }
  void start() {
    probe->attach(tree);
    probe->target_started(1);  // long ago: times are not looked at here
  }
  void end() {
    probe->target_exited(tree, 1'000'000'001);
    probe->finish(profile);
  }
  std::optional<double> total(const char* name) const {
    return value_of(profile.measurements, name);
  }
};

TEST(IoProbe, is_complete_for_a_run_without_any_tick) {
  IoRun run;
  run.put({.minor = 30, .user = 5}, io_text(500));
  run.start();
  run.put({.state = 'Z', .minor = 130, .reaped_minor = 1000, .user = 25, .reaped_user = 100},
          io_text(4596));
  run.end();
  EXPECT_EQ(run.total("io.read_bytes"), 4096);
  EXPECT_EQ(run.total("memory.minor_faults"), 1100);
  ASSERT_EQ(run.profile.timeline.counters.size(), 1U);
  EXPECT_GT(run.profile.timeline.counters[0].user_s, 0);
  EXPECT_EQ(run.profile.processes.at(0).pid, 10);
  EXPECT_FALSE(run.profile.processes.at(0).still_running);
}

TEST(IoProbe, counts_a_child_that_was_reaped_between_ticks_once) {
  IoRun run;
  run.put({}, io_text(0));
  run.start();
  run.tree.live.insert(11);
  run.put({.pid = 11, .parent = 10, .minor = 100}, io_text(1000));
  run.probe->tick(run.tree);
  run.root.put("/proc/11/stat", "").put("/proc/11/io", "");  // gone
  run.tree.live.erase(11);
  run.put({.state = 'Z', .minor = 7, .reaped_minor = 150}, io_text(1500));
  run.end();
  EXPECT_EQ(run.total("io.read_bytes"), 1500);
  EXPECT_EQ(run.total("memory.minor_faults"), 157);
  EXPECT_EQ(run.profile.processes.size(), 2U);
}

TEST(IoProbe, says_unavailable_and_never_zero_where_io_may_not_be_read) {
  IoRun run;
  run.put({}, "");
  run.start();
  run.put({.minor = 5}, "");
  run.end();
  EXPECT_EQ(run.total("io.read_bytes"), std::nullopt);
  EXPECT_EQ(run.total("memory.minor_faults"), 5);
  ASSERT_EQ(run.profile.probes.size(), 1U);
  EXPECT_EQ(run.profile.probes[0].status, ProbeStatus::degraded);
  EXPECT_FALSE(run.profile.probes[0].reason.empty());
  EXPECT_EQ(run.profile.timeline.counters.at(0).read_bytes, std::nullopt);
}

TEST(IoProbe, fails_with_a_reason_where_the_target_is_hidden) {
  FakeRoot root;
  ProcessTree tree{10, {10}, {10}};
  EXPECT_THROW(make_io_probe(root.system())->attach(tree), std::runtime_error);
  EXPECT_EQ(make_io_probe(root.system())->check(root.system()).status, ProbeStatus::unavailable);
}

}  // namespace
}  // namespace bottleneck
