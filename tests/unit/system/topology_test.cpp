#include "probes/machine/topology.h"

#include <gtest/gtest.h>

#include "probes/machine/text.h"
#include "tests/unit/system/fake_root.h"

namespace bottleneck {
namespace {

using Cores = std::vector<std::vector<int>>;

std::string of_cpu(int cpu, const std::string& file) {
  return "/sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/" + file;
}

/// Two packages of two cores of two threads each; siblings are far apart, as on most machines.
void put_eight_cpus(FakeRoot& root, const std::string& allowed) {
  const char* siblings[] = {"0,4", "1,5", "2,6", "3,7"};
  for (int cpu = 0; cpu < 8; ++cpu)
    root.put(of_cpu(cpu, "topology/thread_siblings_list"), std::string(siblings[cpu % 4]) + "\n")
        .put(of_cpu(cpu, "topology/physical_package_id"), cpu % 4 < 2 ? "0\n" : "1\n");
  root.put("/sys/devices/system/node/node0/cpulist", "0-1,4-5\n")
      .put("/sys/devices/system/node/node1/cpulist", "2-3,6-7\n")
      .put("/sys/devices/system/node/node2/cpulist", "\n")
      .put("/proc/self/status", "Cpus_allowed_list:\t" + allowed + "\n");
}

TEST(Topology, tells_siblings_from_cores_and_counts_packages_and_nodes) {
  FakeRoot root;
  put_eight_cpus(root, "0-7");
  const Topology topology = read_topology(root.system());
  EXPECT_EQ(topology.cpus, 8);
  EXPECT_EQ(topology.cores, 4);
  EXPECT_EQ(topology.packages, 2);
  EXPECT_EQ(topology.numa_nodes, 2);
  EXPECT_EQ(group_by_core(root.system(), allowed_cpus(root.system())),
            (Cores{{0, 4}, {1, 5}, {2, 6}, {3, 7}}));
}

TEST(Topology, is_that_of_the_allowed_cpus_alone) {
  FakeRoot root;
  put_eight_cpus(root, "0,4");
  const Topology topology = read_topology(root.system());
  EXPECT_EQ(topology.cpus, 2);
  EXPECT_EQ(topology.cores, 1);
  EXPECT_EQ(topology.packages, 1);
  EXPECT_EQ(topology.numa_nodes, 1);
}

TEST(Topology, is_not_told_where_nothing_can_be_seen) {
  const FakeRoot empty;
  const Topology topology = read_topology(empty.system());
  EXPECT_EQ(topology.cpus, 1);
  EXPECT_EQ(topology.cores + topology.packages + topology.numa_nodes, 0);
  EXPECT_EQ(topology.l1_bytes + topology.l2_bytes + topology.l3_bytes, 0u);
}

TEST(Topology, has_the_data_caches_of_the_first_allowed_cpu) {
  FakeRoot root;
  root.put("/proc/self/status", "Cpus_allowed_list:\t3\n");
  const auto cache = [&](int index, const char* level, const char* type, const char* size) {
    const std::string folder = "cache/index" + std::to_string(index) + "/";
    root.put(of_cpu(3, folder + "level"), level)
        .put(of_cpu(3, folder + "type"), type)
        .put(of_cpu(3, folder + "size"), size);
  };
  cache(0, "1\n", "Data\n", "48K\n");
  cache(1, "1\n", "Instruction\n", "32K\n");
  cache(2, "2\n", "Unified\n", "2M\n");
  cache(3, "3\n", "Unified\n", "32768K\n");
  const Topology topology = read_topology(root.system());
  EXPECT_EQ(topology.l1_bytes, 48u << 10);
  EXPECT_EQ(topology.l2_bytes, 2u << 20);
  EXPECT_EQ(topology.l3_bytes, 32u << 20);
}

TEST(CpuList, is_expanded_unless_it_is_rubbish) {
  EXPECT_EQ(expand_cpu_list("0-2,8\n"), (std::vector<int>{0, 1, 2, 8}));
  EXPECT_EQ(expand_cpu_list("8,1"), (std::vector<int>{1, 8}));
  for (const char* rubbish : {"", "\n", "a", "3-1", "0-999999", "-1"})
    EXPECT_TRUE(expand_cpu_list(rubbish).empty()) << rubbish;
}

}  // namespace
}  // namespace bottleneck
