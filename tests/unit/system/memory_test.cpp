#include <gtest/gtest.h>

#include "probes/memory/memory_facts.h"
#include "probes/memory/memory_probe.h"
#include "tests/unit/system/fake_root.h"
#include "tests/unit/system/stat_text.h"

namespace bottleneck {
namespace {

struct MemoryRun {
  FakeRoot root;
  ProcessTree tree{10, {10}, {10}};
  std::unique_ptr<Probe> probe = make_memory_probe(root.system());
  Profile profile;

  MemoryRun& with_v2() {
    root.put("/proc/self/mountinfo", "30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
    root.put("/proc/self/cgroup", "0::/job\n").put("/sys/fs/cgroup/job/memory.max", "1048576\n");
    return *this;
  }
  void status(int pid, int peak_kb, int now_kb, int swap_kb) {
    root.put("/proc/" + std::to_string(pid) + "/status",
             "Name:\tp\nVmHWM:\t " + std::to_string(peak_kb) + " kB\nVmRSS:\t " +
                 std::to_string(now_kb) + " kB\nVmSwap:\t " + std::to_string(swap_kb) + " kB\n");
  }
  void start() {
    probe->attach(tree);
    probe->target_started(1);
  }
  void end() {
    probe->target_exited(tree, 2);
    probe->finish(profile);
  }
  std::optional<double> value(const char* name) const {
    return value_of(profile.measurements, name);
  }
  const Measurement& measurement(const std::string& name) const {
    for (const Measurement& candidate : profile.measurements)
      if (candidate.name == name) return candidate;
    throw std::runtime_error("no measurement " + name);
  }
};

TEST(MemoryProbe, says_what_moved_in_its_control_group) {
  MemoryRun run;
  run.with_v2().root.put("/sys/fs/cgroup/job/memory.stat",
                         "workingset_refault_anon 5\nworkingset_refault_file 100\npgmajfault 7\n");
  run.root.put("/sys/fs/cgroup/job/memory.current", "4096\n");
  run.root.put("/sys/fs/cgroup/job/memory.pressure",
               "some avg10=0.00 avg60=0.00 avg300=0.00 total=1000\nfull total=9\n");
  run.root.put("/proc/vmstat", "pswpin 10\npswpout 0\nallocstall_normal 3\nallocstall_movable 4\n");
  run.start();
  run.root.put("/sys/fs/cgroup/job/memory.stat",
               "workingset_refault_anon 6\nworkingset_refault_file 300\npgmajfault 9\n");
  run.root.put("/sys/fs/cgroup/job/memory.pressure",
               "some avg10=9.00 avg60=0.00 avg300=0.00 total=501000\n");
  run.root.put("/proc/vmstat", "pswpin 15\npswpout 0\nallocstall_normal 5\nallocstall_movable 4\n");
  run.end();
  EXPECT_EQ(run.value("memory.refaults"), 201);
  EXPECT_EQ(run.value("memory.group_major_faults"), 2);
  EXPECT_NEAR(*run.value("memory.stall"), 0.5, 1e-9);
  EXPECT_EQ(run.value("system.swap_ins"), 5);
  EXPECT_EQ(run.value("system.swap_outs"), 0);
  EXPECT_EQ(run.value("system.direct_reclaims"), 2);
  EXPECT_EQ(run.value("memory.limit"), 1048576);
  EXPECT_EQ(run.value("memory.group_current"), 4096);
  EXPECT_EQ(run.measurement("memory.stall").source, "/sys/fs/cgroup/job/memory.pressure");
  EXPECT_NE(run.measurement("system.swap_ins").source.find("whole machine"), std::string::npos);
}

TEST(MemoryProbe, follows_a_target_into_the_group_that_it_moves_to) {
  MemoryRun run;
  const auto refaults = [&](const std::string& group, int pages) {
    run.root.put("/sys/fs/cgroup/" + group + "/memory.stat",
                 "workingset_refault_file " + std::to_string(pages) + "\n");
  };
  run.with_v2().root.put("/sys/fs/cgroup/other/memory.max", "8192\n");
  run.root.put("/proc/10/cgroup", "0::/job\n").put("/proc/10/stat", StatText{}.text());
  refaults("job", 5);
  refaults("other", 100);
  run.start();
  run.root.put("/proc/10/cgroup", "0::/other\n");
  run.probe->tick(run.tree);
  refaults("job", 9);
  refaults("other", 107);
  run.end();
  EXPECT_EQ(run.value("memory.refaults"), 7);
  EXPECT_EQ(run.value("memory.limit"), 8192);
}

TEST(MemoryProbe, has_a_reason_for_everything_that_is_not_there) {
  MemoryRun run;
  run.start();
  run.end();
  for (const Measurement& measurement : run.profile.measurements) {
    ASSERT_TRUE(std::holds_alternative<Unavailable>(measurement.result)) << measurement.name;
    EXPECT_FALSE(std::get<Unavailable>(measurement.result).reason.empty()) << measurement.name;
  }
}

TEST(MemoryProbe, falls_back_to_the_machines_pressure_and_says_so) {
  MemoryRun run;
  run.root.put("/proc/pressure/memory", "some avg10=0.00 avg60=0.00 avg300=0.00 total=0\n");
  run.start();
  run.end();
  EXPECT_EQ(run.value("memory.stall"), 0);
  EXPECT_EQ(run.measurement("memory.stall").source, "/proc/pressure/memory (whole machine)");
}

TEST(MemoryProbe, has_no_refaults_where_v1_does_not_count_them) {
  MemoryRun run;
  run.root.put("/proc/self/mountinfo", "35 31 0:32 / /cg rw - cgroup cgroup rw,memory\n");
  run.root.put("/proc/self/cgroup", "4:memory:/\n")
      .put("/cg/memory.stat", "cache 1\npgmajfault 2\n");
  run.start();
  run.end();
  EXPECT_EQ(run.value("memory.refaults"), std::nullopt);
  EXPECT_EQ(run.value("memory.group_major_faults"), 0);
}

TEST(MemoryProbe, takes_peaks_of_one_process_and_of_the_tree) {
  MemoryRun run;
  run.start();
  run.status(10, 100, 80, 0);
  run.status(11, 50, 40, 8);
  run.tree.live.insert(11);
  run.probe->tick(run.tree);
  run.status(10, 120, 10, 0);
  run.root.put("/proc/11/status", "");
  run.tree.live.erase(11);
  run.probe->tick(run.tree);
  run.end();
  EXPECT_EQ(run.value("memory.max_rss"), 120 * 1024);
  EXPECT_EQ(run.value("memory.tree_rss"), 120 * 1024);  // 80 + 40 at the first tick
  EXPECT_EQ(run.value("memory.swap"), 8 * 1024);
}

TEST(MemoryProbe, takes_the_resident_set_from_rusage_where_it_saw_less) {
  MemoryRun run;
  run.start();
  run.profile.runs.push_back({.max_rss_bytes = 5'000'000});
  run.end();
  EXPECT_EQ(run.value("memory.max_rss"), 5'000'000);
  EXPECT_EQ(run.value("memory.tree_rss"), std::nullopt);
}

TEST(MemoryProbe, knows_the_targets_own_limits) {
  MemoryRun run;
  run.root.put("/proc/10/limits",
               "Max data size             unlimited            unlimited            bytes     \n"
               "Max address space         1073741824           unlimited            bytes     \n");
  run.start();
  run.end();
  EXPECT_EQ(run.value("memory.rlimit_as"), 1073741824);
  EXPECT_EQ(run.value("memory.rlimit_data"), std::nullopt);
}

std::string limits_text(const std::string& data, const std::string& space = "unlimited") {
  return "Max data size             " + data + "   unlimited   bytes\n" +
         "Max address space         " + space + "   unlimited   bytes\n";
}

void put_process(MemoryRun& run, int pid, int data_kb, int space_kb, const std::string& limits) {
  const std::string folder = "/proc/" + std::to_string(pid);
  run.root.put(folder + "/status", "VmPeak:\t " + std::to_string(space_kb) +
                                       " kB\nVmSize:\t 1 kB\n" + "VmHWM:\t 1 kB\nVmData:\t " +
                                       std::to_string(data_kb) + " kB\n");
  run.root.put(folder + "/limits", limits);
}

TEST(MemoryLimits, that_a_target_sets_itself_and_takes_back_at_its_end_are_known) {
  MemoryRun run;
  put_process(run, 10, 1, 10, limits_text("unlimited"));
  run.start();
  put_process(run, 10, 90, 200, limits_text("102400", "409600"));
  run.probe->tick(run.tree);
  put_process(run, 10, 40, 200, limits_text("unlimited"));
  run.probe->tick(run.tree);
  run.end();
  EXPECT_EQ(run.value("memory.rlimit_data"), 102400);
  EXPECT_EQ(run.value("memory.peak_data"), 90 * 1024);
  EXPECT_EQ(run.value("memory.rlimit_as"), 409600);
  EXPECT_EQ(run.value("memory.peak_address_space"), 200 * 1024);
}

TEST(MemoryLimits, that_were_raised_before_the_peak_count_no_more) {
  MemoryRun run;
  put_process(run, 10, 1, 10, limits_text("102400"));
  run.start();
  run.probe->tick(run.tree);
  put_process(run, 10, 90, 10, limits_text("unlimited"));
  run.probe->tick(run.tree);
  run.end();
  EXPECT_EQ(run.value("memory.rlimit_data"), std::nullopt);
  EXPECT_EQ(run.value("memory.peak_data"), 90 * 1024);
}

TEST(MemoryLimits, set_after_the_last_look_are_those_of_the_zombie) {
  MemoryRun run;
  put_process(run, 10, 90, 10, limits_text("unlimited"));
  run.start();
  run.probe->tick(run.tree);
  run.root.put("/proc/10/limits", limits_text("102400"));
  run.end();
  EXPECT_EQ(run.value("memory.rlimit_data"), 102400);
}

TEST(MemoryLimits, are_those_of_the_process_with_most_memory) {
  MemoryRun run;
  put_process(run, 10, 5, 10, limits_text("1024"));
  put_process(run, 11, 80, 10, limits_text("102400"));
  run.tree.live.insert(11);
  run.start();
  run.probe->tick(run.tree);
  run.end();
  EXPECT_EQ(run.value("memory.rlimit_data"), 102400);
  EXPECT_EQ(run.value("memory.peak_data"), 80 * 1024);
}

TEST(MemoryLimits, without_a_look_have_a_reason_and_no_peak) {
  MemoryRun run;
  put_process(run, 10, 5, 10, limits_text("1024"));
  run.start();
  run.end();
  EXPECT_EQ(run.value("memory.rlimit_data"), 1024);
  const auto& peak = run.measurement("memory.peak_data").result;
  ASSERT_TRUE(std::holds_alternative<Unavailable>(peak));
  EXPECT_NE(std::get<Unavailable>(peak).reason, "");
}

TEST(MemoryProbe, counts_the_kernels_kills_of_its_control_group) {
  MemoryRun run;
  run.with_v2().root.put("/sys/fs/cgroup/job/memory.events",
                         "oom 9\noom_kill 2\noom_group_kill 0\n");
  run.start();
  run.root.put("/sys/fs/cgroup/job/memory.events", "oom 12\noom_kill 3\noom_group_kill 0\n");
  run.end();
  EXPECT_EQ(run.value("memory.oom_kills"), 1);
}

TEST(MemoryProbe, counts_the_kernels_kills_in_version_1_too) {
  MemoryRun run;
  run.root.put("/proc/self/mountinfo", "35 31 0:32 / /cg rw - cgroup cgroup rw,memory\n");
  run.root.put("/proc/self/cgroup", "4:memory:/\n");
  run.root.put("/cg/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 4\n");
  run.start();
  run.root.put("/cg/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 6\n");
  run.end();
  EXPECT_EQ(run.value("memory.oom_kills"), 2);
}

TEST(MemoryFacts, name_the_huge_page_setting) {
  FakeRoot root;
  EXPECT_EQ(huge_page_setting(root.system()), "");
  root.put("/sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never\n");
  EXPECT_EQ(huge_page_setting(root.system()), "madvise");
}

}  // namespace
}  // namespace bottleneck
