#include "probes/machine/topology.h"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>
#include <sched.h>

#include "probes/machine/text.h"

namespace bottleneck {
namespace {

/// Larger than any kernel's NR_CPUS (8192): the set must hold every possible CPU, or the call fails
/// with EINVAL.
constexpr int most_cpus = 16384;

constexpr const char* folder_of_cpus = "/sys/devices/system/cpu";
constexpr const char* folder_of_nodes = "/sys/devices/system/node";

std::vector<int> cpus_by_affinity() {
  std::vector<int> cpus;
  cpu_set_t* set = CPU_ALLOC(most_cpus);
  const std::size_t size = CPU_ALLOC_SIZE(most_cpus);
  CPU_ZERO_S(size, set);
  if (sched_getaffinity(0, size, set) == 0)
    for (int cpu = 0; cpu < most_cpus; ++cpu)
      if (CPU_ISSET_S(static_cast<unsigned>(cpu), size, set)) cpus.push_back(cpu);
  CPU_FREE(set);
  return cpus;
}

std::string topology_of(const System& system, int cpu, const char* file) {
  return system.read(fmt::format("{}/cpu{}/topology/{}", folder_of_cpus, cpu, file)).value_or("");
}

/// "48K", "32M", as the kernel writes it, in units of 1024.
std::uint64_t read_size(const System& system, const std::string& file) {
  constexpr std::uint64_t kibibyte = 1024;
  const std::string text = system.read(file).value_or("");
  const std::uint64_t number = leading_number(text).value_or(0);
  if (text.find('M') != std::string::npos) return number * kibibyte * kibibyte;
  return text.find('K') != std::string::npos ? number * kibibyte : number;
}

/// Of those CPUs alone: a node or a package that we may not use is not ours.
int count_packages(const System& system, const std::vector<int>& cpus) {
  std::set<std::string> packages;
  for (const int cpu : cpus) packages.insert(topology_of(system, cpu, "physical_package_id"));
  packages.erase("");
  return static_cast<int>(packages.size());
}

int count_nodes(const System& system, const std::vector<int>& cpus) {
  int nodes = 0;
  for (const std::string& name : system.list(folder_of_nodes)) {
    const std::string list =
        system.read(fmt::format("{}/{}/cpulist", folder_of_nodes, name)).value_or("");
    const std::vector<int> local = expand_cpu_list(list);
    const bool used = std::any_of(local.begin(), local.end(), [&](int cpu) {
      return std::binary_search(cpus.begin(), cpus.end(), cpu);
    });
    nodes += used ? 1 : 0;
  }
  return nodes;
}

}  // namespace

std::vector<int> allowed_cpus(const System& system) {
  // A fake root has a fake process; of the true one, the call knows more CPUs than the text.
  std::vector<int> cpus =
      system.root.empty()
          ? cpus_by_affinity()
          : expand_cpu_list(
                line_after(system.read("/proc/self/status").value_or(""), "Cpus_allowed_list"));
  if (cpus.empty()) cpus.push_back(0);
  return cpus;
}

std::vector<std::vector<int>> group_by_core(const System& system, const std::vector<int>& cpus) {
  std::vector<std::vector<int>> cores;
  std::map<std::string, std::size_t> core_of;
  for (const int cpu : cpus) {
    std::string siblings = topology_of(system, cpu, "thread_siblings_list");
    if (siblings.empty()) siblings = fmt::format("{}", cpu);
    const auto [core, is_first] = core_of.emplace(siblings, cores.size());
    if (is_first) cores.emplace_back();
    cores[core->second].push_back(cpu);
  }
  return cores;
}

CacheSizes read_caches(const System& system, int cpu) {
  const std::string folder = fmt::format("{}/cpu{}/cache/", folder_of_cpus, cpu);
  CacheSizes sizes;
  for (const std::string& index : system.list(folder)) {
    const auto level = leading_number(system.read(folder + index + "/level").value_or(""));
    const std::string type = system.read(folder + index + "/type").value_or("");
    if (!level || type.starts_with("Instruction")) continue;
    const std::uint64_t bytes = read_size(system, folder + index + "/size");
    if (*level == 1) sizes.l1_bytes = bytes;
    if (*level == 2) sizes.l2_bytes = bytes;
    if (*level == 3) sizes.l3_bytes = bytes;
  }
  return sizes;
}

Topology read_topology(const System& system) {
  const std::vector<int> cpus = allowed_cpus(system);
  const CacheSizes caches = read_caches(system, cpus.front());
  Topology topology;
  topology.cpus = static_cast<int>(cpus.size());
  if (!topology_of(system, cpus.front(), "thread_siblings_list").empty())
    topology.cores = static_cast<int>(group_by_core(system, cpus).size());
  topology.packages = count_packages(system, cpus);
  topology.numa_nodes = count_nodes(system, cpus);
  topology.l1_bytes = caches.l1_bytes;
  topology.l2_bytes = caches.l2_bytes;
  topology.l3_bytes = caches.l3_bytes;
  return topology;
}

}  // namespace bottleneck
