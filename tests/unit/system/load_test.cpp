#include "probes/machine/load.h"

#include <gtest/gtest.h>

#include "tests/unit/system/fake_root.h"
#include "tests/unit/system/stat_text.h"

namespace bottleneck {
namespace {

double sum_others(const std::vector<SystemCell>& cells) {
  double sum = 0;
  for (const SystemCell& cell : cells) sum += cell.others_busy_s;
  return sum;
}

TEST(Load, is_busy_minus_own_in_each_window) {
  // Two CPUs; others burn one in the second half only.
  const std::vector<LoadSample> looks{{0, 0, 0}, {0.5, 0.5, 0}, {1.0, 1.5, 0}};
  const auto cells = system_cells(looks, {0.25, 0.25, 0.25, 0.25}, 0.25);
  ASSERT_EQ(cells.size(), 4U);
  EXPECT_NEAR(cells[0].others_busy_s + cells[1].others_busy_s, 0, 1e-9);
  EXPECT_NEAR(cells[2].others_busy_s, 0.25, 1e-9);
  EXPECT_NEAR(cells[3].others_busy_s, 0.25, 1e-9);
}

TEST(Load, does_not_add_up_the_noise_of_tick_counting) {
  // /proc/stat runs ahead and behind our own exact figures by two ticks, in turns; nobody else is
  // there.
  std::vector<LoadSample> looks{{0, 0, 0}};
  for (int i = 1; i <= 100; ++i)
    looks.push_back({i * 0.1, i * 0.1 + (i % 2 == 0 ? 0.02 : -0.02), 0});
  const auto cells = system_cells(looks, std::vector<double>(100, 0.1), 0.1);
  EXPECT_LE(sum_others(cells), 0.021);
}

TEST(Load, spreads_throttled_time_over_the_windows_of_a_look) {
  const auto cells =
      system_cells({{0, 0, 0}, {0.1, 0, 0.05}, {0.2, 0, 0.05}}, std::vector<double>(20, 0.0), 0.01);
  EXPECT_NEAR(cells[3].throttled_s, 0.005, 1e-9);
  EXPECT_NEAR(cells[13].throttled_s, 0, 1e-9);
}

TEST(Load, takes_the_tree_from_the_sampler_else_from_the_counters) {
  Timeline timeline;
  timeline.windows = 2;
  CounterCell polled;
  polled.window = 1;
  polled.user_s = 0.3;
  polled.system_s = 0.1;
  timeline.counters.push_back(polled);
  EXPECT_DOUBLE_EQ(own_cpu_by_window(timeline)[1], 0.4);
  timeline.code.push_back({0, 0, 0, 0.7, 1});
  EXPECT_DOUBLE_EQ(own_cpu_by_window(timeline)[0], 0.7);
  EXPECT_DOUBLE_EQ(own_cpu_by_window(timeline)[1], 0);
}

struct LoadRun {
  FakeRoot root;
  ProcessTree tree{10, {10}, {10}};
  Profile profile;
  void run() {
    const auto probe = make_load_probe(root.system());
    probe->attach(tree);
    probe->target_started(1);
    root.put("/proc/stat", "cpu  200 0 100 9000 500 0 0 50 40 0\ncpu0 1 1 1\n");
    if (!quota_file.empty()) root.put(quota_file, after);
    probe->target_exited(tree, 2'000'000'001);
    probe->finish(profile);
  }
  std::string quota_file;
  std::string after;
};

TEST(LoadProbe, counts_steal_but_neither_idle_nor_waiting_for_io) {
  LoadRun load;
  load.root.put("/proc/stat", "cpu  100 0 100 1000 100 0 0 0 0 0\n");
  load.run();
  const double ticks = 100 + 50;
  EXPECT_NEAR(*value_of(load.profile.measurements, "system.others_busy"), ticks / 100, 1e-6);
  EXPECT_EQ(value_of(load.profile.measurements, "system.throttled"), std::nullopt)
      << "no quota: not 0";
}

TEST(LoadProbe, reads_throttling_of_v2_and_v1_in_their_units) {
  LoadRun v2;
  v2.root.put("/proc/stat", "cpu  100 0 100 1000 100 0 0 0 0 0\n");
  v2.root.put("/proc/self/mountinfo", "30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
  v2.root.put("/proc/self/cgroup", "0::/a\n").put("/sys/fs/cgroup/a/cpu.max", "50000 100000\n");
  v2.quota_file = "/sys/fs/cgroup/a/cpu.stat";
  v2.root.put(v2.quota_file, "usage_usec 5\nthrottled_usec 1000000\n");
  v2.after = "usage_usec 9\nthrottled_usec 1500000\n";
  v2.run();
  EXPECT_NEAR(*value_of(v2.profile.measurements, "system.throttled"), 0.5, 1e-9);

  LoadRun v1;
  v1.root.put("/proc/stat", "cpu  100 0 100 1000 100 0 0 0 0 0\n");
  v1.root.put("/proc/self/mountinfo", "30 23 0:26 / /cg rw - cgroup cgroup rw,cpu\n");
  v1.root.put("/proc/self/cgroup", "1:cpu:/\n")
      .put("/cg/cpu.cfs_quota_us", "5000\n")
      .put("/cg/cpu.cfs_period_us", "10000\n");
  v1.quota_file = "/cg/cpu.stat";
  v1.root.put(v1.quota_file, "nr_throttled 1\nthrottled_time 1000000000\n");
  v1.after = "nr_throttled 2\nthrottled_time 3000000000\n";
  v1.run();
  EXPECT_NEAR(*value_of(v1.profile.measurements, "system.throttled"), 2, 1e-9);
  double sum = 0;
  for (const SystemCell& cell : v1.profile.timeline.system) sum += cell.throttled_s;
  EXPECT_NEAR(sum, 2, 1e-9);
}

TEST(LoadProbe, adds_up_the_throttling_of_the_groups_that_a_target_was_in) {
  FakeRoot root;
  const auto throttle = [&](const std::string& group, int us) {
    root.put("/sys/fs/cgroup/" + group + "/cpu.max", "50000 100000\n");
    root.put("/sys/fs/cgroup/" + group + "/cpu.stat",
             "throttled_usec " + std::to_string(us) + "\n");
  };
  root.put("/proc/stat", "cpu  100 0 100 1000 100 0 0 0 0 0\n")
      .put("/proc/self/mountinfo", "30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n")
      .put("/proc/10/stat", StatText{}.text())
      .put("/proc/10/cgroup", "0::/a\n");
  throttle("a", 1'000'000);
  throttle("b", 7'000'000);
  ProcessTree tree{10, {10}, {10}};
  const auto probe = make_load_probe(root.system());
  probe->attach(tree);
  probe->target_started(1);
  throttle("a", 1'250'000);
  root.put("/proc/10/cgroup", "0::/b\n");
  probe->tick(tree);
  throttle("b", 7'500'000);
  probe->target_exited(tree, 2'000'000'001);
  Profile profile;
  probe->finish(profile);
  EXPECT_NEAR(*value_of(profile.measurements, "system.throttled"), 0.25 + 0.5, 1e-9);
}

TEST(LoadProbe, is_unavailable_without_proc) {
  const FakeRoot empty;
  EXPECT_EQ(make_load_probe(empty.system())->check(empty.system()).status,
            ProbeStatus::unavailable);
  LoadRun load;
  ProcessTree tree;
  const auto probe = make_load_probe(empty.system());
  probe->attach(tree);
  probe->target_started(1);
  probe->target_exited(tree, 5);
  probe->finish(load.profile);
  EXPECT_EQ(value_of(load.profile.measurements, "system.others_busy"), std::nullopt);
  EXPECT_TRUE(load.profile.timeline.system.empty());
}

}  // namespace
}  // namespace bottleneck
