#include "probes/machine/machine.h"

#include <gtest/gtest.h>

#include "probes/machine/cgroup.h"
#include "probes/machine/cgroup_watch.h"
#include "tests/unit/system/fake_root.h"
#include "tests/unit/system/stat_text.h"

namespace bottleneck {
namespace {

constexpr const char* v2_mount =
    "30 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n";
constexpr const char* v1_mounts =
    "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n"
    "35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n";

FakeRoot& with_v2(FakeRoot& root, const std::string& own) {
  return root.put("/proc/self/mountinfo", v2_mount).put("/proc/self/cgroup", "0::" + own + "\n");
}

TEST(Machine, is_one_cpu_without_limits_where_nothing_can_be_seen) {
  const FakeRoot empty;
  const Machine machine = describe_machine(empty.system());
  EXPECT_EQ(machine.cpus_online, 1);
  EXPECT_EQ(machine.cpus_allowed, 1);
  EXPECT_FALSE(machine.cpu_quota || machine.memory_bytes || machine.memory_limit_bytes ||
               machine.l2_bytes);
  EXPECT_FALSE(machine.virtualized);
}

TEST(Machine, reads_cpus_memory_cache_and_the_hypervisor_flag) {
  FakeRoot root;
  root.put("/proc/cpuinfo",
           "processor\t: 0\nmodel name\t: Test CPU @ 2 GHz\nflags\t\t: fpu hypervisor sse\n");
  root.put("/proc/meminfo", "MemTotal:       2048 kB\n")
      .put("/proc/sys/kernel/osrelease", "6.1.0\n");
  root.put("/sys/devices/system/cpu/online", "0-7\n")
      .put("/proc/self/status", "Cpus_allowed_list:\t2-3\n");
  root.put("/sys/devices/system/cpu/cpu0/cache/index0/level", "1\n");
  root.put("/sys/devices/system/cpu/cpu0/cache/index0/size", "32K\n");
  root.put("/sys/devices/system/cpu/cpu0/cache/index2/level", "2\n");
  root.put("/sys/devices/system/cpu/cpu0/cache/index2/size", "2048K\n");
  const Machine machine = describe_machine(root.system());
  EXPECT_EQ(machine.cpu_model, "Test CPU @ 2 GHz");
  EXPECT_EQ(machine.kernel, "6.1.0");
  EXPECT_EQ(machine.cpus_online, 8);
  EXPECT_EQ(machine.cpus_allowed, 2);
  EXPECT_EQ(machine.memory_bytes, 2048U * 1024);
  EXPECT_EQ(machine.l2_bytes, 2048U * 1024);
  EXPECT_TRUE(machine.virtualized);
}

TEST(Machine, counts_processors_where_sys_is_not_mounted) {
  FakeRoot root;
  root.put("/proc/cpuinfo", "processor : 0\n\nprocessor : 1\n\nprocessor : 2\n");
  EXPECT_EQ(describe_machine(root.system()).cpus_online, 3);
}

TEST(Machine, takes_an_address_space_limit_as_a_memory_limit) {
  FakeRoot root;
  root.put(
      "/proc/self/limits",
      "Max data size  unlimited  unlimited  bytes\nMax address space  4096  unlimited  bytes\n");
  EXPECT_EQ(describe_machine(root.system()).memory_limit_bytes, 4096U);
}

TEST(Cgroup, takes_the_tightest_quota_on_the_path_upward) {
  FakeRoot root;
  with_v2(root, "/a/b").put("/sys/fs/cgroup/a/b/cpu.max", "max 100000\n");
  root.put("/sys/fs/cgroup/a/cpu.max", "150000 100000\n").put("/sys/fs/cgroup/cgroup.procs", "");
  const CgroupPath path = cgroup_path(root.system(), "cpu");
  EXPECT_TRUE(path.v2);
  EXPECT_EQ(cpu_quota(root.system(), path), 1.5);
  ASSERT_EQ(throttling_directories(root.system(), path).size(), 1U);
  EXPECT_EQ(throttling_directories(root.system(), path)[0], "/sys/fs/cgroup/a");
  root.put("/sys/fs/cgroup/a/b/cpu.max", "50000 100000\n");
  EXPECT_EQ(cpu_quota(root.system(), path), 0.5);
}

TEST(Cgroup, has_no_quota_and_no_limit_for_max) {
  FakeRoot root;
  with_v2(root, "/")
      .put("/sys/fs/cgroup/cpu.max", "max 100000\n")
      .put("/sys/fs/cgroup/memory.max", "max\n");
  EXPECT_EQ(cpu_quota(root.system(), cgroup_path(root.system(), "cpu")), std::nullopt);
  EXPECT_EQ(memory_limit(root.system(), cgroup_path(root.system(), "memory")), std::nullopt);
}

TEST(Cgroup, reads_v1_with_its_own_words_for_no_limit) {
  FakeRoot root;
  root.put("/proc/self/mountinfo", v1_mounts)
      .put("/proc/self/cgroup", "4:memory:/jobs/x\n1:cpu,cpuacct:/jobs\n");
  root.put("/sys/fs/cgroup/cpu,cpuacct/jobs/cpu.cfs_quota_us", "-1\n");
  root.put("/sys/fs/cgroup/cpu,cpuacct/jobs/cpu.cfs_period_us", "100000\n");
  root.put("/sys/fs/cgroup/memory/jobs/x/memory.limit_in_bytes", "9223372036854771712\n");
  root.put("/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
  const System system = root.system();
  EXPECT_FALSE(cgroup_path(system, "cpu").v2);
  EXPECT_EQ(cpu_quota(system, cgroup_path(system, "cpu")), std::nullopt);
  EXPECT_EQ(memory_limit(system, cgroup_path(system, "memory")), std::nullopt);
  root.put("/sys/fs/cgroup/cpu,cpuacct/jobs/cpu.cfs_quota_us", "250000\n");
  root.put("/sys/fs/cgroup/memory/jobs/memory.limit_in_bytes", "1048576\n");
  EXPECT_EQ(cpu_quota(system, cgroup_path(system, "cpu")), 2.5);
  EXPECT_EQ(memory_limit(system, cgroup_path(system, "memory")), 1048576U);
}

TEST(Cgroup, prefers_v1_in_a_hybrid_but_finds_the_unified_path_for_pressure) {
  FakeRoot root;
  root.put("/proc/self/mountinfo",
           std::string(v1_mounts) + "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 c rw\n");
  root.put("/proc/self/cgroup", "4:memory:/m\n1:cpu,cpuacct:/\n0::/\n");
  root.put("/sys/fs/cgroup/memory/m/cgroup.procs", "")
      .put("/sys/fs/cgroup/unified/memory.pressure", "");
  EXPECT_EQ(cgroup_path(root.system(), "memory").directories.front(), "/sys/fs/cgroup/memory/m");
  EXPECT_EQ(unified_cgroup_path(root.system(), own_membership(root.system())).directories.front(),
            "/sys/fs/cgroup/unified");
}

TEST(Cgroup, understands_a_container_that_sees_a_part_of_the_hierarchy) {
  FakeRoot root;
  root.put("/proc/self/mountinfo",
           "35 31 0:32 /docker/abc /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n");
  root.put("/proc/self/cgroup", "4:memory:/docker/abc\n");
  root.put("/sys/fs/cgroup/memory/memory.limit_in_bytes", "4096\n");
  EXPECT_EQ(memory_limit(root.system(), cgroup_path(root.system(), "memory")), 4096U);
  root.put("/proc/self/cgroup", "4:memory:/../../elsewhere\n");
  EXPECT_EQ(memory_limit(root.system(), cgroup_path(root.system(), "memory")), 4096U);
}

TEST(Cgroup, takes_no_group_for_one_below_that_is_only_called_alike) {
  FakeRoot root;
  root.put("/proc/self/mountinfo",
           "35 31 0:32 /docker/ab /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n");
  root.put("/proc/self/cgroup", "4:memory:/docker/abc\n")
      .put("/sys/fs/cgroup/memory/c/memory.limit_in_bytes", "1\n")
      .put("/sys/fs/cgroup/memory/memory.limit_in_bytes", "4096\n");
  EXPECT_EQ(memory_limit(root.system(), cgroup_path(root.system(), "memory")), 4096U);
}

TEST(Cgroup, finds_a_containers_limits_at_the_mount_whatever_its_group_is_called) {
  for (const char* own : {"/", "/system.slice/docker-1.scope", "/../../kubepods/pod1"}) {
    FakeRoot root;
    with_v2(root, own)
        .put("/sys/fs/cgroup/cpu.max", "50000 100000\n")
        .put("/sys/fs/cgroup/memory.max", "4096\n");
    const Machine machine = describe_machine(root.system());
    EXPECT_EQ(machine.cpu_quota, 0.5) << own;
    EXPECT_EQ(machine.cpus(), 1) << own;
    EXPECT_EQ(machine.memory_limit_bytes, 4096U) << own;
  }
}

TEST(Cgroup, takes_half_a_cpu_from_v1_in_a_hybrid) {
  FakeRoot root;
  root.put("/proc/self/mountinfo",
           std::string(v1_mounts) + "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 c rw\n");
  root.put("/proc/self/cgroup", "4:memory:/m\n1:cpu,cpuacct:/q\n0::/\n");
  root.put("/sys/fs/cgroup/unified/cgroup.procs", "")
      .put("/sys/fs/cgroup/cpu,cpuacct/q/cpu.cfs_quota_us", "50000\n")
      .put("/sys/fs/cgroup/cpu,cpuacct/q/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(describe_machine(root.system()).cpu_quota, 0.5);
}

struct MovingTarget {
  FakeRoot root;
  ProcessTree tree{10, {10}, {10}};
  MovingTarget() {
    with_v2(root, "/ours").put("/sys/fs/cgroup/ours/cpu.max", "max 100000\n");
    root.put("/sys/fs/cgroup/theirs/cpu.max", "50000 100000\n")
        .put("/sys/fs/cgroup/theirs/memory.max", "8192\n")
        .put("/proc/10/cgroup", "0::/ours\n")
        .put("/proc/10/stat", StatText{.name = "a) b", .state = 'S'}.text());
  }
  void move(const std::string& group) { root.put("/proc/10/cgroup", "0::" + group + "\n"); }
};

TEST(Cgroup, follows_a_target_that_moves_itself) {
  MovingTarget target;
  const auto probe = make_machine_probe(target.root.system());
  probe->attach(target.tree);
  target.move("/theirs");
  probe->tick(target.tree);
  Profile profile;
  probe->finish(profile);
  EXPECT_EQ(profile.machine.cpu_quota, 0.5);
  EXPECT_EQ(profile.machine.memory_limit_bytes, 8192U);
  EXPECT_EQ(describe_machine(target.root.system()).cpu_quota, std::nullopt) << "we have none";
}

TEST(Cgroup, does_not_believe_where_the_kernel_shows_a_dead_process) {
  MovingTarget target;
  target.move("/theirs");
  CgroupWatch watch(target.root.system(), 10);
  EXPECT_EQ(watch.membership(), "0::/theirs\n");
  target.root.put("/proc/10/stat", StatText{.name = "a) b", .state = 'Z'}.text());
  target.move("/");
  EXPECT_FALSE(watch.moved());
  EXPECT_EQ(watch.membership(), "0::/theirs\n");
  EXPECT_FALSE(CgroupWatch(target.root.system(), 11).moved()) << "never there: our own";
}

TEST(Cgroup, is_empty_where_none_is_mounted) {
  const FakeRoot empty;
  EXPECT_TRUE(cgroup_path(empty.system(), "cpu").directories.empty());
  EXPECT_EQ(cpu_quota(empty.system(), cgroup_path(empty.system(), "cpu")), std::nullopt);
}

}  // namespace
}  // namespace bottleneck
